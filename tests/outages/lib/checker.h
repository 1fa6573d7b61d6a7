/* SPDX-License-Identifier: MIT */

/* Knows what each block may hold, given what the library has reported.  A
 * read must find that, and what was flushed must be durable.
 *
 * A write is superseded once another write has succeeded that was issued
 * after the first one had ended, with or without success.  Until then the
 * block may hold the first one.  So the effect of commands in flight on each
 * other is not judged. */

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
  uint64_t stamp;  /* the stamp that is written */
  unsigned issued; /* tick of the checker */
  uint8_t *buf;
  /* For STATUS: what the reply says about each block. */
  enum { UNTOLD, SAID_ZEROES, SAID_DATA } * told;
};

/* One value that a block may have had. */
struct value {
  uint64_t stamp;
  bool any; /* trimmed: the content is not defined */
  unsigned issued;
  unsigned ended;      /* tick; NEVER: still in flight */
  unsigned superseded; /* tick; NEVER: the block may hold it */
  unsigned buried;     /* tick: superseded durably; NEVER: perhaps not */
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
  /* A flush may fail after an outage, to report that something was lost. */
  bool strict;
  struct history blocks[DISK_BLOCKS];
};

extern struct checker *checker_new (struct disk *disk, bool strict);
extern void checker_free (struct checker *k);

/* Call before the command is given to the library.  Fills the buffer of a
 * write. */
extern void checker_begin (struct checker *k, struct operation *op);

/* Call after the command's end.  Returns NULL, or an allocated text that says
 * what is wrong. */
extern char *checker_end (struct checker *k, struct operation *op,
                          enum outcome outcome);

/* The program knows that what is not durable may be lost. */
extern void checker_forget (struct checker *k);

/* Check what is durable.  Returns the same as checker_end. */
extern char *checker_durable (struct checker *k);

#endif /* OUTAGES_CHECKER_H */
