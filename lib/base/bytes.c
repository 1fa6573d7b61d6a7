/* SPDX-License-Identifier: MIT */
/* Buffers of bytes that are added at one end and taken from the other. */

#include "base/base.h"

/* Make room for `len` more bytes after the end; ENOMEM without memory. */
int
nbdi_bytes_reserve (struct nbdi_bytes *b, size_t len)
{
  if (b->pos == b->end)
    b->pos = b->end = 0;
  if (b->cap - b->end >= len)
    return 0;
  if (b->pos > 0) {
    memmove (b->buf, b->buf + b->pos, b->end - b->pos);
    b->end -= b->pos;
    b->pos = 0;
    if (b->cap - b->end >= len)
      return 0;
  }
  size_t cap = b->end + len > 2 * b->cap ? b->end + len : 2 * b->cap;
  uint8_t *buf = realloc (b->buf, cap);
  if (buf == NULL)
    return -1;
  b->buf = buf;
  b->cap = cap;
  return 0;
}

/* Free the memory of an empty buffer. */
void
nbdi_bytes_shrink (struct nbdi_bytes *b)
{
  if (b->pos < b->end)
    return;
  free (b->buf);
  memset (b, 0, sizeof *b);
}
