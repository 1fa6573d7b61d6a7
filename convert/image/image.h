/* SPDX-License-Identifier: MIT */
/* Images: the decoded content of compressed files, decoded on demand.
 *
 * Threads of the image decode ahead of the reader.  A reader starts a read
 * and gets a callback: at once if all data is available, otherwise later on a
 * thread of the image.  So neither the engine nor the server that feeds
 * qemu-nbd ever blocks.  Memory is limited: decoded parts that were not used
 * for the longest time are freed first. */
#ifndef CONVERT_IMAGE_H
#define CONVERT_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/codec.h"
#include "source/input.h"

struct copy;
struct endpoint;
struct image;

struct image_read {
  struct image_read *next; /* for the image, while the read is in flight */
  uint64_t came;           /* the same: bytes that were read so far */
  void *buffer;
  uint64_t offset, length;
  /* The result: an errno, and an explanation that the image owns, or NULL.
   * In order, LENGTH becomes the number of bytes that were read, and ENDED
   * says that the data ends behind them. */
  int error;
  const char *why;
  bool ended;
  void (*done) (struct image_read *r);
  void *opaque;
};

/* 0 means the default.  The memory for parts is by default enough for all
 * threads and some parts ahead, from 64 MiB to 1 GiB.  The decoder in order
 * may use 1 GiB by default, which it seldom needs. */
struct image_settings {
  unsigned threads; /* default: one per processor, more for a source that is
                       far away */
  uint64_t memory;  /* for decoded parts, or the decoder */
};

/* Whether the memory is enough for the largest part.  Otherwise decode in
 * order. */
extern bool image_has_room (const struct parts *parts,
                            const struct image_settings *settings);
/* An image that decodes parts of IN in any order.  It takes PARTS over.
 * Returns NULL with errno if no thread can be started. */
extern struct image *image_of_parts (struct input *in,
                                     const struct codec *codec,
                                     struct parts *parts,
                                     const struct image_settings *settings);
/* An image that decodes IN in order.  Reads must be in order, too.  Returns
 * NULL with errno. */
extern struct image *image_in_order (struct input *in,
                                     const struct codec *codec,
                                     const struct image_settings *settings);

extern const char *image_name (const struct image *image);
extern uint64_t image_size (const struct image *image); /* or UNKNOWN */
extern bool image_is_in_order (const struct image *image);
/* Start a read.  Its callback is called exactly once, even after
 * image_stop. */
extern void image_read (struct image *image, struct image_read *r);
/* Read and wait, for probing.  Returns 0, or -1 with *WHY.  In order, this
 * can read the first INPUT_HEAD bytes any number of times before the first
 * image_read.  The first image_read begins at 0 nevertheless, so standard
 * input is decoded only once.  Reading beyond the end is an error; image_head
 * tells where the end is. */
extern int image_pread (struct image *image, void *buffer, uint64_t length,
                        uint64_t offset, char **why);
/* Read at most LENGTH bytes from the beginning.  Returns how many there are,
 * or -1 with *WHY. */
extern int64_t image_head (struct image *image, void *buffer, uint64_t length,
                           char **why);
/* Of an image in order, get the last bytes that image_read has returned.
 * Returns how many there are: at most LENGTH, and at most IMAGE_TAIL. */
#define IMAGE_TAIL 512
extern size_t image_tail (const struct image *image, void *buffer,
                          size_t length);
/* Let all reads end with ECANCELED; those in flight possibly on this thread.
 * This stops the input, too. */
extern void image_stop (struct image *image);
/* Free the image when no read is in flight.  The input is not freed, but
 * stopped if it comes in order.  Without image_stop before, this waits for
 * decoding ahead to finish. */
extern void image_free (struct image *image);

/* ---- endpoint.c: for the engine ---- */

/* A source for the engine, or NULL after copy_fail.  The image must outlive
 * it. */
extern struct endpoint *image_endpoint (struct copy *c, struct image *image);

/* ---- serve.c: for qemu-nbd ---- */

/* Serve the image, read-only, to NBD clients that connect to this listening
 * Unix socket, on own threads, until image_serve_end.  The caller closes the
 * socket.  Returns NULL with errno, also for an image in order. */
struct server;
extern struct server *image_serve (struct image *image, int listening);
/* Why a client last got an error, or NULL. qemu passes on only an errno, so
 * this explains failures. image_serve_end also stops the image. */
extern const char *image_serve_why (const struct server *s);
extern void image_serve_end (struct server *s);

#endif /* CONVERT_IMAGE_H */
