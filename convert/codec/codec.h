/* SPDX-License-Identifier: MIT */
/* Codecs: how compressed files are taken apart.
 *
 * A file is either a list of parts, each of which can be decoded without the
 * others (blocks of xz, frames of zstd, members of gzip that say how long
 * they are), or it is decoded in order.  Nothing that a file says of itself
 * is believed before it was checked: sizes bound what is allocated, and are
 * errors if the data says otherwise. */
#ifndef CONVERT_CODEC_H
#define CONVERT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"
#include "source/input.h"

/* A file with more parts, or a part of more bytes, is decoded in order. */
#define MOST_PARTS (UINT64_C (1) << 24)
#define LARGEST_PART (UINT64_C (256) << 20)

struct part {
  uint64_t stored_at, stored; /* in the file */
  uint64_t at, size;          /* in what it decodes to */
  uint32_t kind;              /* the codec's own, such as xz's check */
};

/* In order, and without gaps in what they decode to; none is empty. */
struct parts {
  struct part *list;
  uint64_t count;
  uint64_t size;    /* of all that is decoded; without parts what the
                       file says of that, or 0 */
  uint64_t largest; /* part, decoded */
};

/* False: it does not follow what is there, is beyond the limits, or there is
 * no memory. */
extern bool parts_add (struct parts *p, const struct part *part);
/* The part that holds a position of what is decoded. */
extern uint64_t parts_find (const struct parts *p, uint64_t at);
extern void parts_free (struct parts *p);

enum found { PARTS_FOUND, PARTS_NONE, PARTS_BROKEN };

/* How far a step of decoding in order came. */
enum decoded {
  DECODED_SOME,   /* IN was used up, or OUT is full */
  DECODED_ALL,    /* the file ends here, and has been checked */
  DECODED_BROKEN, /* *WHY says how */
};

struct decoding {
  const unsigned char *in;
  size_t in_left;
  unsigned char *out;
  size_t out_left;
  bool in_ends; /* nothing comes behind IN */
};

struct decoder; /* each codec has its own */

struct codec {
  enum codec_kind kind;
  /* Does a file that begins so look like it? */
  bool (*recognizes) (const unsigned char *head, size_t length);
  /* Find the parts, or with PARTS_NONE at least their size, if the file says
   * it at a place that is found quickly.  BROKEN is for files that are
   * certainly damaged: *WHY says how.  Only for inputs at random.  NULL: it
   * has none. */
  enum found (*find_parts) (struct input *in, struct parts *parts,
                            char **why);
  /* Decode one into OUT, which has its size, and check it.  0, or -1 with
   * *WHY.  From several threads. */
  int (*decode_part) (struct input *in, const struct part *part, void *out,
                      char **why);
  /* Decode in order: with up to so many threads, and so much memory for the
   * codec's own use; what needs more is an error of decoder_step. */
  struct decoder *(*begin) (unsigned threads, uint64_t memory);
  enum decoded (*step) (struct decoder *d, struct decoding *io, char **why);
  void (*end) (struct decoder *d);
};

/* NULL for PLAIN and for those that this build lacks. */
extern const struct codec *codec_of (enum codec_kind kind);
/* What a file is that begins so; PLAIN: none of those that there are, even
 * if this build lacks the codec. */
extern enum codec_kind codec_recognize (const unsigned char *head,
                                        size_t length);

#endif /* CONVERT_CODEC_H */
