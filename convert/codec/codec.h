/* SPDX-License-Identifier: MIT */
/* Codecs: decoders for compressed files.
 *
 * A file is decoded in one of two ways.  Either it is a list of parts which
 * can be decoded independently: blocks of xz, frames of zstd, or those
 * members of gzip that say their length.  Or it is decoded in order.  Nothing
 * that a file says of itself is trusted before it was checked: sizes limit
 * what is allocated, and a size that the data contradicts is an error. */
#ifndef CONVERT_CODEC_H
#define CONVERT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"
#include "source/input.h"

/* A file with more parts than this, or with a larger part, is decoded in
 * order. */
#define MOST_PARTS (UINT64_C (1) << 24)
#define LARGEST_PART (UINT64_C (256) << 20)

struct part {
  uint64_t stored_at, stored; /* where it is in the file */
  uint64_t at, size;          /* where its content is in the decoded data */
  uint32_t kind;              /* private to the codec, such as xz's check */
};

/* Parts in order, without gaps in the decoded data.  No part is empty. */
struct parts {
  struct part *list;
  uint64_t count;
  uint64_t size;    /* of all decoded data; if there are no parts: what the
                       file says, or 0 */
  uint64_t largest; /* decoded size of the largest part */
};

/* Append a part.  Returns false if the part does not follow the last one,
 * exceeds the limits, or there is no memory.  An empty part is not added,
 * which is no error. */
extern bool parts_add (struct parts *p, const struct part *part);
extern void parts_free (struct parts *p);

enum found { PARTS_FOUND, PARTS_NONE, PARTS_BROKEN };

/* The result of one step of decoding in order. */
enum decoded {
  DECODED_SOME,   /* IN was used up, or OUT is full */
  DECODED_ALL,    /* the file ends here, and its checksums were right */
  DECODED_BROKEN, /* *WHY says what is wrong */
};

struct decoding {
  const unsigned char *in;
  size_t in_left;
  unsigned char *out;
  size_t out_left;
  bool in_ends; /* the file ends behind IN */
};

struct decoder; /* private to each codec */

struct codec {
  enum codec_kind kind;
  /* Whether a file that begins with these bytes looks like this
   * compression. */
  bool (*recognizes) (const unsigned char *head, size_t length);
  /* Find the parts of an input that can be read at random.  With PARTS_NONE,
   * PARTS->size is the decoded size if the file says it at a place that is
   * found quickly.  PARTS_BROKEN is only for files that are certainly
   * damaged: *WHY says how.  NULL: this codec never has parts. */
  enum found (*find_parts) (struct input *in, struct parts *parts,
                            char **why);
  /* Decode a part into OUT, which has the part's size, and check it.  Returns
   * 0, or -1 with *WHY.  Several threads call this at once. */
  int (*decode_part) (struct input *in, const struct part *part, void *out,
                      char **why);
  /* Decode in order, with at most so many threads, and at most so much memory
   * for the codec itself.  If the file needs more memory, STEP reports it as
   * an error.  BEGIN returns NULL without memory. */
  struct decoder *(*begin) (unsigned threads, uint64_t memory);
  enum decoded (*step) (struct decoder *d, struct decoding *io, char **why);
  void (*end) (struct decoder *d);
};

/* NULL for PLAIN and for codecs that this build lacks. */
extern const struct codec *codec_of (enum codec_kind kind);
/* The compression of a file that begins with these bytes, even if this build
 * lacks the codec.  PLAIN: none that we know. */
extern enum codec_kind codec_recognize (const unsigned char *head,
                                        size_t length);

#endif /* CONVERT_CODEC_H */
