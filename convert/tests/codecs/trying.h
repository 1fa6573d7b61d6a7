/* SPDX-License-Identifier: MIT */

/* Decode files in memory in all ways that a codec has, and check that the
 * codec keeps the rules of codec.h. */

#ifndef TRYING_H
#define TRYING_H

#include "codec/codecs.h"

struct bytes {
  unsigned char *p;
  size_t length;
  size_t capacity; /* 0: that is all that was allocated */
};

/* The result of decoding. */
struct tried {
  struct bytes data; /* the first MOST_TRIED bytes of the content */
  uint64_t size;     /* of the whole content */
  char *why;         /* NULL: everything was decoded */
  uint64_t parts;
};

#define MOST_TRIED ((size_t) 64 << 20)
/* How much memory a codec may use. */
#define TRIED_MEMORY (UINT64_C (80) << 20)

/* In which steps to decode in order. */
struct pace {
  size_t in, out; /* the most bytes of a step */
  bool by_lot;    /* a random number of bytes, up to these */
  unsigned threads;
};

/* A random number below N.  The sequence depends only on the seed. */
extern void lots_seed (uint64_t seed);
extern size_t lot (size_t n);

/* Print a message and end the test. */
extern void wrong (const char *format, ...)
  __attribute__ ((noreturn, format (printf, 1, 2)));
/* The beginning of the message of wrong. */
extern char wrong_with[256];

extern void *must_allocate (size_t size);
extern struct bytes bytes_copy (const void *p, size_t length);
extern void bytes_append (struct bytes *b, const void *p, size_t length);
/* Append a little-endian number. */
extern void bytes_append_number (struct bytes *b, uint64_t n, size_t length);
/* Random data: noise, letters and zeroes, in runs of random length. */
extern struct bytes bytes_by_lot (size_t length);
extern struct bytes bytes_of_file (const char *name);

/* Decode all parts.  Without parts there is no data; the size may be known,
 * and WHY is set with PARTS_BROKEN. */
extern enum found try_parts (const struct codec *codec,
                             const struct bytes *file, struct tried *tried);
extern void try_in_order (const struct codec *codec, const struct bytes *file,
                          const struct pace *pace, struct tried *tried);
extern void tried_free (struct tried *tried);

/* Decode by parts, and in order with several paces.  The result must be DATA.
 * Returns the number of parts. */
extern uint64_t try_all (const struct codec *codec, const struct bytes *file,
                         const struct bytes *data);

#endif /* TRYING_H */
