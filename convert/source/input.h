/* SPDX-License-Identifier: MIT */
/* Stored bytes of a source, wherever they are: what probes and codecs read.
 *
 * Inputs at random places may be read from several threads at the same time.
 * Those in order are read by one thread at a time, each read beginning where
 * the last one ended, but the first INPUT_HEAD bytes are kept and may be read
 * again until somebody reads beyond them: that is for probes. */
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
  /* How many bytes were read, less than LENGTH only at the end, or -1 with
   * errno and, if there are better words, *WHY, to be freed.  ECANCELED after
   * input_stop, and after a signal that ends the tool. */
  ssize_t (*read) (struct input *in, void *buffer, size_t length,
                   uint64_t offset, char **why);
  void (*free) (struct input *in);
};

struct input {
  const struct input_ops *ops;
  const char *name; /* as the user wrote it */
  uint64_t size;    /* or UNKNOWN of facts.h */
  bool in_order;
  int fd; /* of a file, device or stream; else -1 */
  _Atomic bool stopped;
  int stop_fd; /* becomes readable then */
};

/* Those that there are.  Each takes the name, not the descriptor or handle,
 * which stay open after input_free. */
extern struct input *input_from_file (int fd, const char *name,
                                      uint64_t size);
extern struct input *input_from_nbd (struct nbd_handle *h, const char *name);
/* SIZE may be UNKNOWN. */
extern struct input *input_from_stream (int fd, const char *name,
                                        uint64_t size);
/* What a helper writes; that it ends is an error if the helper fails. */
extern struct input *input_from_helper (int fd, const char *name,
                                        struct helper *h);

extern ssize_t input_read (struct input *in, void *buffer, size_t length,
                           uint64_t offset, char **why);
/* All reads end, those under way and those to come.  Of any thread. */
extern void input_stop (struct input *in);
extern void input_free (struct input *in);

#endif /* CONVERT_INPUT_H */
