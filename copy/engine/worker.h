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
  /* What of it was written and acknowledged, if that can be lost. */
  struct ranges acknowledged;
  uint64_t copied, zeroed, skipped; /* what it counts once it is done */
  struct ranges bad;                /* what of it could not be read */
  uint64_t bad_before;              /* there is a bad block before this */
  uint64_t part_length;             /* how much to read next, otherwise */
};

/* What tune.c measures. */
struct tune {
  int phase;
  unsigned base; /* the best number of slots so far, */
  double speed;  /* and its bytes per second */
  unsigned rest;
  double began;
  uint64_t bytes;
  unsigned chunks;
};

struct worker {
  struct copy *copy;
  unsigned index; /* also of its connections */
  pthread_t thread;
  struct io *done, **done_end;
  struct io *spare; /* free operations */
  struct slot *slots, *free_slots;
  unsigned used, limit; /* slots in use, and allowed */
  struct tune tune;
  unsigned started;       /* operations on their way */
  uint64_t next_sequence; /* streams: to be given out next, */
  uint64_t next_written;  /* and to be written next */
  struct slot **waiting;  /* by sequence */
  struct extent held;     /* a chunk that the rate does not allow */
  bool holding;
  bool flushing;
  char *buffers; /* of the slots */
  _Atomic bool finished;
  bool excused; /* has nothing to do in this pass */
};

/* ---- io.c: operations ---- */

/* Make one, and start it. */
extern struct io *io_new (struct worker *w, enum action action,
                          struct endpoint *on, struct slot *slot);
extern void io_start (struct io *io);
/* The next one that was given back. */
extern struct io *io_next_done (struct worker *w);
extern void io_free (struct io *io);
/* Why one failed, and the message that ends the copy for it. */
extern const char *io_why (const struct io *io);
extern void io_fail (const struct io *io);
/* Is connection I of an endpoint lost for good? */
extern bool endpoint_is_lost (struct endpoint *e, unsigned i);

/* ---- chunk.c ---- */

extern void chunk_start (struct worker *w, const struct extent *what);
/* Streams: write the slot whose turn it is, if it was read. */
extern void chunk_write_next (struct worker *w);
/* The destination may have lost what it has acknowledged of the chunks that
 * are on their way: write that again. */
extern void chunks_rewrite (struct worker *w);
/* An operation of a chunk came back. */
extern void chunk_io_done (struct worker *w, struct io *io);

/* ---- status.c: asking the source what a piece holds ---- */

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
/* Free the workers; false if somebody still knows of an operation. */
extern bool run_free (struct copy *c);
/* What is before POSITION is done. */
extern void run_say_interrupted (struct copy *c, uint64_t position);

#endif /* COPY_WORKER_H */
