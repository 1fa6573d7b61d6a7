/* SPDX-License-Identifier: MIT */
/* What remains to be done. */
#ifndef COPY_WORK_H
#define COPY_WORK_H

#include <pthread.h>

#include "engine/endpoint.h"
#include "engine/extent.h"

struct work {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct tool_walk walk; /* over the pieces that are not mapped yet */
  struct extents ready;
  uint64_t ready_bytes;            /* of data among the ready extents */
  bool mapping;                    /* the source is asked for block status */
  bool endless;                    /* a stream whose end has not come */
  bool reading;                    /* a chunk of the stream is being read */
  uint64_t endless_at;             /* the stream was read up to here */
  bool (*refill) (struct copy *c); /* NULL, or make more extents ready */
};

/* ---- work.c ---- */

enum take { TAKE_CHUNK, TAKE_QUERY, TAKE_WAIT, TAKE_END };

/* Begin without any work; ask the source for a map if MAPPING. */
extern void work_init (struct copy *c, bool mapping);
extern void work_free (struct copy *c);
/* Add the range from START to END to what is to be copied. */
extern void work_add (struct copy *c, uint64_t start, uint64_t end,
                      enum kind kind);
/* Take the next thing to do.  With WAIT set wait, and do not return
 * TAKE_WAIT. */
extern enum take work_take (struct copy *c, struct extent *what, bool wait);
/* A query was answered, for all of its range or the first part. */
extern void work_mapped (struct copy *c, const struct tool_range *asked,
                         struct extents *answer);
/* A query failed for the range before END. */
enum unmapped {
  ASKED_FOR_PARTS,
  TAKEN_AS_DATA,
  MAP_GIVEN_UP, /* all the rest is taken as data */
  NOT_SELECTED, /* it is not known what is to be copied */
};
extern enum unmapped work_not_mapped (struct copy *c,
                                      const struct tool_range *asked,
                                      uint64_t end);
/* Cut what one slot can hold from the first extent of FROM. */
extern void work_cut (struct copy *c, struct extents *from,
                      struct extent *what);
/* A chunk of a stream was read, up to POSITION; ENDED: it was the last one. */
extern void work_came (struct copy *c, uint64_t position, bool ended);
/* Wake all threads that wait in work_take. */
extern void work_wake (struct copy *c);
/* The first position that no worker has taken. */
extern uint64_t work_lowest (struct copy *c);

#endif /* COPY_WORK_H */
