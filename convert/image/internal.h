/* SPDX-License-Identifier: MIT */
/* What the two kinds of images share. */
#ifndef CONVERT_IMAGE_INTERNAL_H
#define CONVERT_IMAGE_INTERNAL_H

#include <pthread.h>
#include <sys/param.h> /* MIN, MAX */

#include "image/image.h"

struct image_ops {
  void (*read) (struct image *image, struct image_read *r);
  int64_t (*head) (struct image *image, void *buffer, uint64_t length,
                   char **why);
  int (*pread) (struct image *image, void *buffer, uint64_t length,
                uint64_t offset, char **why);
  void (*stop) (struct image *image);
  void (*free) (struct image *image);
};

struct image {
  const struct image_ops *ops;
  struct input *in;
  const struct codec *codec;
  uint64_t size; /* or UNKNOWN */
  _Atomic bool stopped;
  /* In order: the last bytes that were returned, the latest at the end of the
   * array. */
  unsigned char tail[IMAGE_TAIL];
  size_t tail_length;
};

/* ---- image.c ---- */

/* Start a read with START and wait for it.  Returns 0, or -1 with *WHY. */
extern int image_await (
  struct image *image, struct image_read *r,
  void (*start) (struct image *image, struct image_read *r), char **why);
/* Finish a read; ERROR may be 0. */
extern void image_give_back (struct image_read *r, int error,
                             const char *why);

/* Append these bytes to the tail. */
extern void image_keep_tail (struct image *image, const void *bytes,
                             size_t length);

/* A list of reads, in the order in which the image received them. */
struct reads {
  struct image_read *first, **end;
};

extern void reads_add (struct reads *list, struct image_read *r);
/* Remove and return the first read, or NULL. */
extern struct image_read *reads_take (struct reads *list);
/* Move all of FROM to the end of LIST. */
extern void reads_move (struct reads *list, struct reads *from);

/* ---- pieces.c: the input, read ahead ---- */

struct pieces;

struct piece {
  const unsigned char *bytes;
  size_t length;
  bool ends; /* the input ends behind it */
};

/* Returns NULL with errno. */
extern struct pieces *pieces_new (struct input *in);
/* Get the next piece, which is valid until the next call.  Returns 0, or -1
 * with errno and *WHY. */
extern int pieces_next (struct pieces *p, struct piece *piece, char **why);
extern void pieces_free (struct pieces *p);

#endif /* CONVERT_IMAGE_INTERNAL_H */
