/* SPDX-License-Identifier: MIT */

/* The disk of the brittle server: what is durable, and a cache above it that
 * a crash empties.  It is in memory that the server's processes share with
 * the test, which examines it whenever the server has promised something.
 *
 * All of a block carries one stamp, so that the content of a block tells
 * which command wrote it. */

#ifndef OUTAGES_DISK_H
#define OUTAGES_DISK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"

#define BLOCK_SIZE 512
#define BLOCK_WORDS (BLOCK_SIZE / 8)
#define DISK_BLOCKS 512
#define DISK_BYTES ((uint64_t) BLOCK_SIZE * DISK_BLOCKS)
/* The size of the largest command. */
#define MOST_BLOCKS 24
#define MOST_BYTES (MOST_BLOCKS * BLOCK_SIZE)

typedef uint64_t block[BLOCK_WORDS];

struct disk {
  pthread_mutex_t lock; /* the test reads what is durable */
  block durable[DISK_BLOCKS];
  block cache[DISK_BLOCKS];
  /* Which connections wrote to the cached block since it was last made
   * durable: a bit for each connection number modulo 64. */
  uint64_t writers[DISK_BLOCKS];
};

/* A command that changes the disk. */
struct change {
  uint16_t type, flags;
  uint32_t connection;
  uint64_t offset, length;
};

/* Stamps: 0 is a block of zeroes, all others are numbers of write
 * commands. */
#define STAMP_ZEROES 0
#define STAMP_INITIAL 1
#define STAMP_TORN UINT64_MAX

/* Fill a block with a stamp and with its number on the disk. */
extern void stamp_block (void *block, unsigned number, uint64_t stamp);

/* The stamp of a block, or STAMP_TORN if not all of the block has the
 * same. */
extern uint64_t stamp_of (const void *block, unsigned number);

extern void disk_init (struct disk *d);

/* Carry out a change in the cache.  With FUA it is durable after that. */
extern void disk_change (struct disk *d, const struct change *c,
                         const void *data, struct random *r);

/* Make durable what these connections (a bit for each) wrote. */
extern void disk_flush (struct disk *d, uint64_t writers);

/* Make one block durable, as a disk may do at any time. */
extern void disk_write_back (struct disk *d, unsigned number);

/* Lose the content of the cache. */
extern void disk_crash (struct disk *d);

/* The number of adjacent blocks, from this one on, that are all zeroes or are
 * all not zeroes. */
extern unsigned disk_alike (struct disk *d, unsigned number, unsigned end,
                            bool *zeroes);

#endif /* OUTAGES_DISK_H */
