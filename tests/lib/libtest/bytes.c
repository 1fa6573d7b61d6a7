/* SPDX-License-Identifier: MIT */

/* A growing buffer of bytes, with integers as they are on the wire. */

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

void
bytes_free (struct bytes *b)
{
  free (b->p);
  *b = (struct bytes) { 0 };
}

uint8_t *
put_space (struct bytes *b, size_t n)
{
  if (b->len + n > b->cap) {
    b->cap = (b->len + n) * 2;
    b->p = realloc (b->p, b->cap);
    if (b->p == NULL)
      abort ();
  }
  b->len += n;
  return b->p + b->len - n;
}

void
put_mem (struct bytes *b, const void *p, size_t n)
{
  if (n > 0)
    memcpy (put_space (b, n), p, n);
}

void
put_uint (struct bytes *b, uint64_t v, unsigned size)
{
  uint8_t *p = put_space (b, size);

  for (unsigned i = 0; i < size; i++)
    p[i] = v >> (8 * (size - 1 - i));
}

void
put_zero (struct bytes *b, size_t n)
{
  if (n > 0)
    memset (put_space (b, n), 0, n);
}

uint8_t
pattern_at (uint64_t offset)
{
  return offset ^ (offset >> 8) * 31 ^ (offset >> 16) * 57 ^ 0xa5;
}

void
pattern_fill (void *p, uint64_t offset, size_t n)
{
  uint8_t *q = p;

  for (size_t i = 0; i < n; i++)
    q[i] = pattern_at (offset + i);
}

void
put_pattern (struct bytes *b, uint64_t offset, size_t n)
{
  if (n > 0)
    pattern_fill (put_space (b, n), offset, n);
}

void
bytes_drop (struct bytes *b, size_t n)
{
  b->len -= n;
  if (b->len > 0)
    memmove (b->p, b->p + n, b->len);
}

uint64_t
get_uint (const uint8_t *p, unsigned size)
{
  uint64_t v = 0;

  while (size-- > 0)
    v = v << 8 | *p++;
  return v;
}
