/* SPDX-License-Identifier: MIT */

/* What may be in each block, given what the library has reported: a read must
 * find it, and what was flushed must be durable.
 *
 * A write is over for good once another that was started after it ended, with
 * or without success, has succeeded.  Until then it may be what a block holds,
 * so what commands in flight do to each other is never judged. */

#ifndef OUTAGES_CHECKER_H
#define OUTAGES_CHECKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "disk.h"

enum kind { READ, WRITE, ZERO, TRIM, FLUSH, CACHE, STATUS, NR_KINDS };

enum outcome { SUCCEEDED, FAILED };

/* A command of the program. */
struct operation {
  enum kind kind;
  bool fua;
  unsigned first, blocks;
  uint64_t stamp;  /* of what is written */
  unsigned issued; /* ticks of the checker */
  uint8_t *buf;
  /* Of STATUS: for each block whether it was said to be zeroes. */
  enum { UNTOLD, SAID_ZEROES, SAID_DATA } * told;
};

/* One value that a block may have had. */
struct value {
  uint64_t stamp;
  bool any; /* trimmed: nobody knows */
  unsigned issued;
  unsigned ended;      /* NEVER: still in flight */
  unsigned superseded; /* NEVER: perhaps it is there */
  unsigned buried;     /* what superseded it is durable; NEVER: perhaps not */
};

struct history {
  struct value *values;
  unsigned count, room;
};

struct checker {
  pthread_mutex_t lock;
  struct disk *disk;
  unsigned tick;
  uint64_t next_stamp;
  /* Flushes may fail after an outage, and tell so of what was lost. */
  bool strict;
  struct history blocks[DISK_BLOCKS];
};

extern struct checker *checker_new (struct disk *disk, bool strict);
extern void checker_free (struct checker *k);

/* Before the command is given to the library: what is written is made here. */
extern void checker_begin (struct checker *k, struct operation *op);

/* After its end.  NULL if all is well, else what is wrong, allocated. */
extern char *checker_end (struct checker *k, struct operation *op,
                          enum outcome outcome);

/* The program knows that what is not durable may be lost. */
extern void checker_forget (struct checker *k);

/* Compare what is durable with what must be. */
extern char *checker_durable (struct checker *k);

#endif /* OUTAGES_CHECKER_H */
