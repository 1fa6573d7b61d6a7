/* SPDX-License-Identifier: MIT */
/* Buffers of bytes that come in at one end and leave at the other. */

#include "base/base.h"

/* Have room for `len` more bytes behind the end; ENOMEM if there is none. */
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

/* Give memory back that holds nothing. */
void
nbdi_bytes_shrink (struct nbdi_bytes *b)
{
  if (b->pos < b->end)
    return;
  free (b->buf);
  memset (b, 0, sizeof *b);
}
