/* SPDX-License-Identifier: MIT */
/* Workers: threads that copy. */
#ifndef COPY_WORKER_H
#define COPY_WORKER_H

#include "engine/copy.h"

struct slot {
  struct slot *next;
  char *buffer;
  struct extent what;
  uint64_t sequence; /* order, for streams */
  unsigned pending;
  bool busy;
  /* Ranges that were acknowledged, if the destination can lose them. */
  struct ranges acknowledged;
  uint64_t copied, zeroed, skipped; /* counted when the chunk is done */
  struct ranges bad;                /* what of it could not be read */
  uint64_t bad_before;              /* there is a bad block before this */
  uint64_t part_length;             /* to read next, behind BAD_BEFORE */
};

/* What tune.c measures. */
struct tune {
  int phase;
  unsigned base; /* the best number of slots so far */
  double speed;  /* bytes per second with BASE slots */
  unsigned rest;
  double began;
  uint64_t bytes;
  unsigned chunks;
};

struct worker {
  struct copy *copy;
  unsigned index; /* of the worker and of its connections */
  pthread_t thread;
  struct io *done, **done_end;
  struct io *spare; /* free operations */
  struct slot *slots, *free_slots;
  unsigned used, limit; /* slots in use, and allowed */
  struct tune tune;
  unsigned started;       /* operations that were not given back */
  uint64_t next_sequence; /* streams: of the next slot that is taken */
  uint64_t next_written;  /* streams: of the next slot to be written */
  struct slot **waiting;  /* streams: slots to be written, by sequence */
  struct extent held;     /* a chunk that the rate does not allow yet */
  bool holding;
  bool flushing;
  char *buffers; /* of the slots */
  _Atomic bool finished;
  bool excused; /* does not run in this pass */
};

/* ---- io.c: operations ---- */

/* Make an operation, and start it. */
extern struct io *io_new (struct worker *w, enum action action,
                          struct endpoint *on, struct slot *slot);
extern void io_start (struct io *io);
/* Take the next operation that was given back; NULL if there is none. */
extern struct io *io_next_done (struct worker *w);
extern void io_free (struct io *io);
/* Why an operation failed. */
extern const char *io_why (const struct io *io);
/* Let the copy fail with a message about this operation. */
extern void io_fail (const struct io *io);
/* Whether connection I of an endpoint is lost for good. */
extern bool endpoint_is_lost (struct endpoint *e, unsigned i);

/* ---- chunk.c ---- */

extern void chunk_start (struct worker *w, const struct extent *what);
/* Streams: write the slot whose turn it is, if it was read. */
extern void chunk_write_next (struct worker *w);
/* Write all acknowledged parts of unfinished chunks again, since the
 * destination may have lost them. */
extern void chunks_rewrite (struct worker *w);
/* An operation of a chunk was given back. */
extern void chunk_io_done (struct worker *w, struct io *io);

/* ---- status.c: asking the source for block status ---- */

extern void status_start (struct worker *w, const struct extent *asked);
extern void status_done (struct worker *w, struct io *io);

/* ---- tune.c ---- */

#define TUNE_FIRST 4

extern void tune_begin (struct worker *w);
/* A chunk of so many bytes is done. */
extern void tune_add (struct worker *w, uint64_t bytes);

/* ---- worker.c, run.c ---- */

extern void *worker_main (void *worker);
/* Copy or verify all of the work; 0, or -1 after a message. */
extern int run_workers (struct copy *c);
/* Free the workers; false, and free nothing, if operations are in flight. */
extern bool run_free (struct copy *c);
/* Print a message that the copy was interrupted, and that all before POSITION
 * is done. */
extern void run_say_interrupted (struct copy *c, uint64_t position);

#endif /* COPY_WORKER_H */
