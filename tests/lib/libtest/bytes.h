/* SPDX-License-Identifier: MIT */

/* A growing buffer of bytes, with integers as they are on the wire. */

#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
  uint8_t *p;
  size_t len;
  size_t cap;
};

extern void bytes_free (struct bytes *b);
extern uint8_t *put_space (struct bytes *b, size_t n);
extern void put_mem (struct bytes *b, const void *p, size_t n);
extern void put_uint (struct bytes *b, uint64_t v, unsigned size);
extern void put_zero (struct bytes *b, size_t n);

/* The test disk: the byte at each offset is a function of the offset. */
extern uint8_t pattern_at (uint64_t offset);
extern void pattern_fill (void *p, uint64_t offset, size_t n);
extern void put_pattern (struct bytes *b, uint64_t offset, size_t n);

/* Remove the first n bytes. */
extern void bytes_drop (struct bytes *b, size_t n);

/* Read a big-endian integer. */
extern uint64_t get_uint (const uint8_t *p, unsigned size);

#endif /* BYTES_H */
