/* SPDX-License-Identifier: MIT */
/* What a compressed file decodes to, while it is decoded.
 *
 * Threads of its own decode ahead of whoever reads.  A reader starts reads
 * and is called back, at once if all of it is there, else on a thread of the
 * image, so that neither the engine nor the server that feeds qemu-nbd ever
 * blocks.  Memory is bounded: decoded parts that nobody has asked for for the
 * longest time make room for others. */
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
  struct image_read *next; /* the image's own, while it is under way, */
  uint64_t came;           /* as is this */
  void *buffer;
  uint64_t offset, length;
  /* Given back: errno and words (which stay the image's; or NULL).  In order,
   * LENGTH becomes what came, and ENDED says that nothing comes behind it. */
  int error;
  const char *why;
  bool ended;
  void (*done) (struct image_read *r);
  void *opaque;
};

/* 0 for the usual: of parts, enough for all threads and some more ahead, from
 * 64 MiB to 1 GiB; in order, 1 GiB for the decoder, which seldom needs it. */
struct image_settings {
  unsigned threads; /* as processors; more for a source that is far away */
  uint64_t memory;  /* for decoded parts, or the decoder */
};

/* Is there memory for the largest one?  Otherwise decode in order. */
extern bool image_has_room (const struct parts *parts,
                            const struct image_settings *settings);
/* The parts of IN, each by itself; takes PARTS.  NULL with errno, if there can
 * be no threads. */
extern struct image *image_of_parts (struct input *in,
                                     const struct codec *codec,
                                     struct parts *parts,
                                     const struct image_settings *settings);
/* All of IN in order; reads must be, too.  NULL with errno. */
extern struct image *image_in_order (struct input *in,
                                     const struct codec *codec,
                                     const struct image_settings *settings);

extern const char *image_name (const struct image *image);
extern uint64_t image_size (const struct image *image); /* or UNKNOWN */
extern bool image_is_in_order (const struct image *image);
/* Start a read.  It is called back exactly once, even after image_stop. */
extern void image_read (struct image *image, struct image_read *r);
/* The same, and wait; 0, or -1 with *WHY.  For probes.  In order, the first
 * INPUT_HEAD bytes may be read in this way as often as one likes before the
 * first image_read, which begins at 0 nevertheless: so standard input is
 * decoded only once.  What is behind the end is an error, with a length that
 * can be found out by image_head. */
extern int image_pread (struct image *image, void *buffer, uint64_t length,
                        uint64_t offset, char **why);
/* How many bytes there are at the beginning, at most LENGTH, which are read
 * into BUFFER; -1 with *WHY. */
extern int64_t image_head (struct image *image, void *buffer, uint64_t length,
                           char **why);
/* The last bytes of an image in order that image_read has given so far: how
 * many of LENGTH there are, which is at most IMAGE_TAIL. */
#define IMAGE_TAIL 512
extern size_t image_tail (const struct image *image, void *buffer,
                          size_t length);
/* Reads end with ECANCELED, those under way possibly on this thread.  It stops
 * the input, too. */
extern void image_stop (struct image *image);
/* No read may be under way.  The input stays, but one in order is stopped.
 * What is being decoded ahead comes to its end first, unless image_stop was
 * called. */
extern void image_free (struct image *image);

/* ---- endpoint.c: for the engine ---- */

/* The engine's source; NULL after copy_fail.  The image must outlive it. */
extern struct endpoint *image_endpoint (struct copy *c, struct image *image);

/* ---- serve.c: for qemu-nbd ---- */

/* Serve it, read-only, to NBD clients on this listening Unix socket, with
 * threads of its own, until image_serve_end, which also stops the image.  The
 * socket stays open.  NULL with errno, as for an image in order. */
struct server;
extern struct server *image_serve (struct image *image, int listening);
/* Why a client was told of an error last, or NULL: qemu passes on no more
 * than an errno. */
extern const char *image_serve_why (const struct server *s);
extern void image_serve_end (struct server *s);

#endif /* CONVERT_IMAGE_H */
