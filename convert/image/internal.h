/* SPDX-License-Identifier: MIT */
/* What the two kinds of images have in common. */
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
  /* In order: the last bytes that were given, the last one at the end. */
  unsigned char tail[IMAGE_TAIL];
  size_t tail_length;
};

/* ---- image.c ---- */

/* Wait for a read, as it is, to be done: 0, or -1 with *WHY. */
extern int image_await (
  struct image *image, struct image_read *r,
  void (*start) (struct image *image, struct image_read *r), char **why);
/* Give a read back; ERROR may be 0. */
extern void image_give_back (struct image_read *r, int error,
                             const char *why);

/* These bytes are given, behind those before them. */
extern void image_keep_tail (struct image *image, const void *bytes,
                             size_t length);

/* Reads that were given to the image, in order. */
struct reads {
  struct image_read *first, **end;
};

extern void reads_add (struct reads *list, struct image_read *r);
/* The first one, or NULL. */
extern struct image_read *reads_take (struct reads *list);
/* Move all of FROM behind those of LIST. */
extern void reads_move (struct reads *list, struct reads *from);

/* ---- pieces.c: the input, read ahead ---- */

struct pieces;

struct piece {
  const unsigned char *bytes;
  size_t length;
  bool ends; /* nothing comes behind it */
};

/* NULL with errno. */
extern struct pieces *pieces_new (struct input *in);
/* The next one, which stays until the next call: 0, or -1 with errno and
 * *WHY. */
extern int pieces_next (struct pieces *p, struct piece *piece, char **why);
extern void pieces_free (struct pieces *p);

#endif /* CONVERT_IMAGE_INTERNAL_H */
