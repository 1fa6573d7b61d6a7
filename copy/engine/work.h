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
  struct tool_walk walk; /* over what nobody has asked for */
  struct extents ready;
  uint64_t ready_bytes;            /* of data among the ready ones */
  bool mapping;                    /* the source is asked */
  bool endless;                    /* a stream, */
  bool reading;                    /* of which a chunk is taken, */
  uint64_t endless_at;             /* and has come up to here */
  bool (*refill) (struct copy *c); /* makes more ready, under lock */
};

/* ---- work.c ---- */

enum take { TAKE_CHUNK, TAKE_QUERY, TAKE_WAIT, TAKE_END };

/* Begin without any work; ask the source for a map if MAPPING. */
extern void work_init (struct copy *c, bool mapping);
extern void work_free (struct copy *c);
/* All from START to END is to be copied. */
extern void work_add (struct copy *c, uint64_t start, uint64_t end,
                      enum kind kind);
/* The next thing to do.  With WAIT set do not return TAKE_WAIT. */
extern enum take work_take (struct copy *c, struct extent *what, bool wait);
/* A query was answered for the first part of what was asked. */
extern void work_mapped (struct copy *c, const struct tool_range *asked,
                         struct extents *answer);
/* It could not be answered for what is before END. */
enum unmapped {
  ASKED_FOR_PARTS,
  TAKEN_AS_DATA,
  MAP_GIVEN_UP, /* all that is left is taken as data */
  NOT_SELECTED, /* nobody knows what is to be copied */
};
extern enum unmapped work_not_mapped (struct copy *c,
                                      const struct tool_range *asked,
                                      uint64_t end);
/* Cut what one slot can hold from the first extent of FROM. */
extern void work_cut (struct copy *c, struct extents *from,
                      struct extent *what);
/* A chunk of a stream came, up to POSITION, and it was the last one. */
extern void work_came (struct copy *c, uint64_t position, bool ended);
extern void work_wake (struct copy *c);
/* The first position that nobody has taken. */
extern uint64_t work_lowest (struct copy *c);

#endif /* COPY_WORK_H */
