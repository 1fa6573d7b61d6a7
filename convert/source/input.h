/* SPDX-License-Identifier: MIT */
/* The stored bytes of a source, which probes and codecs read, wherever they
 * are.
 *
 * Several threads may read an input at random at the same time.  An input
 * that comes in order is read by one thread at a time, and each read begins
 * where the last one ended.  But probes may read the first INPUT_HEAD bytes
 * of it again, until something behind these was read. */
#ifndef CONVERT_INPUT_H
#define CONVERT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define INPUT_HEAD (256u * 1024)

struct helper;
struct nbd_handle;
struct input;

struct input_ops {
  /* Returns the number of bytes, which is less than LENGTH only at the end,
   * or -1 with errno, and with a better message in *WHY if there is one; to
   * be freed.  ECANCELED after input_stop, and after a signal that ends the
   * program. */
  ssize_t (*read) (struct input *in, void *buffer, size_t length,
                   uint64_t offset, char **why);
  void (*free) (struct input *in);
};

struct input {
  const struct input_ops *ops;
  const char *name; /* as the user wrote it */
  uint64_t size;    /* or UNKNOWN */
  bool in_order;
  int fd; /* of a file, device or stream; else -1 */
  _Atomic bool stopped;
  int stop_fd; /* readable after input_stop */
};

/* Make an input; NULL with errno.  The descriptor, handle or helper stays the
 * caller's and is not closed by input_free; NAME must outlive the input. */
extern struct input *input_from_file (int fd, const char *name,
                                      uint64_t size);
extern struct input *input_from_nbd (struct nbd_handle *h, const char *name);
/* SIZE may be UNKNOWN. */
extern struct input *input_from_stream (int fd, const char *name,
                                        uint64_t size);
/* The output of a helper.  If the helper fails, the end of its output is an
 * error. */
extern struct input *input_from_helper (int fd, const char *name,
                                        struct helper *h);

extern ssize_t input_read (struct input *in, void *buffer, size_t length,
                           uint64_t offset, char **why);
/* Let all reads end, those in flight and those to come.  Any thread may call
 * this. */
extern void input_stop (struct input *in);
extern void input_free (struct input *in);

#endif /* CONVERT_INPUT_H */
