/* SPDX-License-Identifier: MIT */

/* Decoding files in memory in every way that a codec has, while watching
 * that it keeps to codec.h. */

#ifndef TRYING_H
#define TRYING_H

#include "codec/codecs.h"

struct bytes {
  unsigned char *p;
  size_t length;
};

/* What came of it. */
struct tried {
  struct bytes data; /* at most MOST_TRIED bytes of it */
  uint64_t size;     /* of all */
  char *why;         /* NULL: it was decoded to its end */
  uint64_t parts;
};

#define MOST_TRIED ((size_t) 64 << 20)
/* Memory for a codec's own use. */
#define TRIED_MEMORY (UINT64_C (80) << 20)

/* How to do it in order. */
struct pace {
  size_t in, out; /* bytes at a time, at most */
  bool by_lot;    /* any number up to those */
  unsigned threads;
};

/* Random numbers below N, always the same ones after a seed. */
extern void lots_seed (uint64_t seed);
extern size_t lot (size_t n);

/* End the test. */
extern void wrong (const char *format, ...)
  __attribute__ ((noreturn, format (printf, 1, 2)));
/* What wrong says first. */
extern char wrong_with[256];

extern void *must_allocate (size_t size);
extern struct bytes bytes_copy (const void *p, size_t length);
extern void bytes_append (struct bytes *b, const void *p, size_t length);
/* The least byte of N first. */
extern void bytes_append_number (struct bytes *b, uint64_t n, size_t length);
/* Noise, text-like and zeroes in turn, some of which has no end at a round
 * number. */
extern struct bytes bytes_by_lot (size_t length);
extern struct bytes bytes_of_file (const char *name);

/* All parts, in a random order.  Without parts there is no data, but perhaps
 * the size, or WHY if it is PARTS_BROKEN. */
extern enum found try_parts (const struct codec *codec,
                             const struct bytes *file, struct tried *tried);
extern void try_in_order (const struct codec *codec, const struct bytes *file,
                          const struct pace *pace, struct tried *tried);
extern void tried_free (struct tried *tried);

/* Both ways, in order at several paces: the result must be DATA.  The number
 * of parts. */
extern uint64_t try_all (const struct codec *codec, const struct bytes *file,
                         const struct bytes *data);

#endif /* TRYING_H */
