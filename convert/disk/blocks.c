/* SPDX-License-Identifier: MIT */
/* A request that is not aligned to blocks reads and writes the whole blocks
 * around it. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "blocks.h"
#include "table.h"

struct span {
  uint64_t start, length;
  unsigned char *buffer;
};

/* Read the blocks around a range.  On success the caller frees the buffer. */
static int
read_span (struct block_disk *b, struct span *s, uint64_t offset,
           uint64_t length, char **why)
{
  uint64_t mask = b->block - 1;

  s->start = offset & ~mask;
  s->length = ((offset + length + mask) & ~mask) - s->start;
  s->buffer = malloc (s->length);
  if (s->buffer == NULL)
    return table_fault (why, "no memory for %" PRIu64 " bytes", s->length);
  if (b->under->read (b->under, s->buffer, s->length, s->start, why) == 0)
    return 0;
  free (s->buffer);
  return -1;
}

static bool
is_whole (const struct block_disk *b, uint64_t offset, uint64_t length)
{
  return ((offset | length) & (b->block - 1)) == 0;
}

static int
blocks_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
             char **why)
{
  struct block_disk *b = (struct block_disk *) d;
  struct span s;

  if (is_whole (b, offset, length))
    return b->under->read (b->under, buffer, length, offset, why);
  if (read_span (b, &s, offset, length, why) == -1)
    return -1;
  memcpy (buffer, s.buffer + (offset - s.start), length);
  free (s.buffer);
  return 0;
}

static int
blocks_write (struct disk *d, const void *buffer, uint64_t length,
              uint64_t offset, char **why)
{
  struct block_disk *b = (struct block_disk *) d;
  struct span s;

  if (is_whole (b, offset, length))
    return b->under->write (b->under, buffer, length, offset, why);
  if (read_span (b, &s, offset, length, why) == -1)
    return -1;
  memcpy (s.buffer + (offset - s.start), buffer, length);
  int r = b->under->write (b->under, s.buffer, s.length, s.start, why);

  free (s.buffer);
  return r;
}

static uint64_t
blocks_zeroes (struct disk *d, uint64_t offset)
{
  struct block_disk *b = (struct block_disk *) d;
  uint64_t within = offset & (b->block - 1);
  uint64_t known = b->under->zeroes (b->under, offset - within);

  return known > within ? known - within : 0;
}

/* Zeroes as data, for parts of blocks. */
static int
write_zeroes (struct disk *d, uint64_t length, uint64_t offset, char **why)
{
  void *zeroes = length > 0 ? calloc (1, length) : NULL;

  if (length == 0)
    return 0;
  if (zeroes == NULL)
    return table_fault (why, "no memory for %" PRIu64 " bytes", length);
  int r = blocks_write (d, zeroes, length, offset, why);

  free (zeroes);
  return r;
}

static int
blocks_zero (struct disk *d, uint64_t length, uint64_t offset, char **why)
{
  struct block_disk *b = (struct block_disk *) d;
  uint64_t mask = b->block - 1, end = offset + length;
  uint64_t first = (offset + mask) & ~mask, last = end & ~mask;

  if (first >= last)
    return write_zeroes (d, length, offset, why);
  if (write_zeroes (d, first - offset, offset, why) == -1
      || b->under->zero (b->under, last - first, first, why) == -1)
    return -1;
  return write_zeroes (d, end - last, last, why);
}

/* An incomplete block at the end of the disk is never read or written, so the
 * size is rounded down. */
void
blocks_begin (struct block_disk *b, struct disk *under, uint32_t block)
{
  *b = (struct block_disk) {
    .disk = { .read = blocks_read,
              .write = under->write ? blocks_write : NULL,
              .size = under->size - under->size % block,
              .zeroes = under->zeroes ? blocks_zeroes : NULL,
              .zero = under->zero ? blocks_zero : NULL },
    .under = under,
    .block = block,
  };
}
