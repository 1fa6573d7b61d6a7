/* SPDX-License-Identifier: MIT */

/* Random numbers, and memory with random content. */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trying.h"

static uint64_t state;

/* SplitMix64: the sequences of similar seeds are unrelated. */
static uint64_t
next (void)
{
  uint64_t z = state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C (0x94d049bb133111eb);
  return z ^ z >> 31;
}

void
lots_seed (uint64_t seed)
{
  state = seed;
}

size_t
lot (size_t n)
{
  return (size_t) (next () % n);
}

void *
must_allocate (size_t size)
{
  void *p = malloc (size > 0 ? size : 1);

  if (p == NULL)
    wrong ("no memory for %zu bytes", size);
  return p;
}

struct bytes
bytes_copy (const void *p, size_t length)
{
  struct bytes b = { must_allocate (length), length, 0 };

  if (length > 0)
    memcpy (b.p, p, length);
  return b;
}

void
bytes_append (struct bytes *b, const void *p, size_t length)
{
  if (length == 0)
    return;

  if (b->length + length > b->capacity) {
    size_t capacity = 2 * b->length + length;
    unsigned char *more = realloc (b->p, capacity);

    if (more == NULL)
      wrong ("no memory for %zu bytes", capacity);
    b->p = more;
    b->capacity = capacity;
  }
  memcpy (b->p + b->length, p, length);
  b->length += length;
}

void
bytes_append_number (struct bytes *b, uint64_t n, size_t length)
{
  for (; length > 0; n >>= 8, length--)
    bytes_append (b, &(unsigned char) { (unsigned char) n }, 1);
}

struct bytes
bytes_by_lot (size_t length)
{
  struct bytes b = { must_allocate (length), length, 0 };

  for (size_t at = 0; at < length;) {
    size_t kind = lot (3), end = at + 1 + lot (20000);

    for (; at < length && at < end; at++)
      b.p[at] = (unsigned char) (kind == 0   ? lot (256)
                                 : kind == 1 ? 'a' + lot (lot (26) + 1)
                                             : 0);
  }
  return b;
}

struct bytes
bytes_of_file (const char *name)
{
  FILE *file = fopen (name, "rb");
  struct bytes b = { must_allocate (0), 0, 0 };
  static unsigned char buffer[65536];
  size_t n;

  if (file == NULL)
    wrong ("%s: %s", name, strerror (errno));
  while ((n = fread (buffer, 1, sizeof buffer, file)) > 0)
    bytes_append (&b, buffer, n);
  fclose (file);
  return b;
}
