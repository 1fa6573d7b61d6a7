/* SPDX-License-Identifier: MIT */

/* The disk of the brittle server. */

#include <string.h>

#include "base/protocol.h"
#include "disk.h"

void
stamp_block (void *block, unsigned number, uint64_t stamp)
{
  uint64_t word = stamp == STAMP_ZEROES ? 0 : stamp << 16 | number;

  for (unsigned i = 0; i < BLOCK_WORDS; i++)
    memcpy ((uint8_t *) block + i * sizeof word, &word, sizeof word);
}

uint64_t
stamp_of (const void *block, unsigned number)
{
  uint64_t word;

  memcpy (&word, block, sizeof word);
  /* All words are equal if each is equal to the next one. */
  if (memcmp (block, (const uint8_t *) block + sizeof word,
              BLOCK_SIZE - sizeof word)
      != 0)
    return STAMP_TORN;
  if (word == 0)
    return STAMP_ZEROES;
  return (word & 0xffff) == number ? word >> 16 : STAMP_TORN;
}

void
disk_init (struct disk *d)
{
  pthread_mutexattr_t shared;

  pthread_mutexattr_init (&shared);
  pthread_mutexattr_setpshared (&shared, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init (&d->lock, &shared);
  pthread_mutexattr_destroy (&shared);
  for (unsigned i = 0; i < DISK_BLOCKS; i++)
    stamp_block (d->durable[i], i, STAMP_INITIAL);
  disk_crash (d);
}

void
disk_crash (struct disk *d)
{
  memcpy (d->cache, d->durable, sizeof d->cache);
  memset (d->writers, 0, sizeof d->writers);
}

void
disk_write_back (struct disk *d, unsigned number)
{
  pthread_mutex_lock (&d->lock);
  memcpy (d->durable[number], d->cache[number], BLOCK_SIZE);
  d->writers[number] = 0;
  pthread_mutex_unlock (&d->lock);
}

void
disk_flush (struct disk *d, uint64_t writers)
{
  for (unsigned i = 0; i < DISK_BLOCKS; i++)
    if (d->writers[i] & writers)
      disk_write_back (d, i);
}

void
disk_change (struct disk *d, const struct change *c, const void *data,
             struct random *r)
{
  unsigned first = c->offset / BLOCK_SIZE, n = c->length / BLOCK_SIZE;
  const uint8_t *from = data;

  for (unsigned i = 0; i < n; i++) {
    uint64_t *place = d->cache[first + i];

    if (c->type == NBD_CMD_WRITE)
      memcpy (place, from + (size_t) i * BLOCK_SIZE, BLOCK_SIZE);
    else if (c->type == NBD_CMD_WRITE_ZEROES || !random_one_in (r, 3))
      memset (place, 0, BLOCK_SIZE);
    d->writers[first + i] |= UINT64_C (1) << c->connection % 64;
    if (c->flags & NBD_CMD_FLAG_FUA)
      disk_write_back (d, first + i);
  }
}

unsigned
disk_alike (struct disk *d, unsigned number, unsigned end, bool *zeroes)
{
  unsigned n = 1;

  *zeroes = d->cache[number][0] == 0;
  while (number + n < end && (d->cache[number + n][0] == 0) == *zeroes)
    n++;
  return n;
}
