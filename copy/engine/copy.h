/* SPDX-License-Identifier: MIT */
/* How the engine works.
 *
 * The two endpoints, the source and the destination, have one interface,
 * whether they are an NBD export, a file or block device, a stream, or null:.
 * Positions count from the beginning of what is copied; each endpoint adds
 * the offset where its window starts.
 *
 *   selection -> unmapped pieces -> ready extents -> chunks -> writes
 *   (engine.c)          (work.c, status.c)      (worker.c, chunk.c)
 *
 * The work starts as unmapped pieces: it is not known whether they are data or
 * zeroes.  A worker that finds few ready extents asks the source for the block
 * status of a piece, which becomes extents: data, zeroes, or not selected.
 * All workers cut chunks of at most one request from the ready extents.  A
 * worker is a thread with a connection of its own to each NBD endpoint and a
 * set of slots, each a buffer for a chunk that is being copied.  The data that
 * was read is scanned for zeroes, and each run of data or zeroes becomes one
 * write.  When all writes of a slot were acknowledged, its chunk is done and
 * the slot is free again.
 *
 * Every operation is a struct io.  An endpoint starts it and gives it back
 * through io_done, at once or later, always to the worker that owns it.  A
 * worker handles the operations that were given back, starts more, and sleeps
 * in poll.  So it treats files, which finish at once, in the same way as
 * servers, and nothing recurses.
 *
 * Memory is bounded: slots times request size is at most --queue-size for
 * each worker.  How many slots a worker really uses is measured (tune.c), so
 * that buffers stay in the processor's cache if the latency is low.
 *
 * A read that failed fails the copy.  Or, if the user asked for that, the
 * chunk is read in smaller parts until the bad blocks are known, and the copy
 * continues without them (bad.c).
 *
 * The library makes lost connections again, and repeats requests that were not
 * answered.  Data that was acknowledged and not flushed may be lost with the
 * server.  The engine writes it again, since it can read it again (done.c).
 * Each worker does that for the data that it wrote itself, and sends flushes
 * of its own.  So it does not matter whether two connections lead to the same
 * run of a server.  And each position of the disk is written through one
 * handle of the library, which keeps the order: no late request of an old
 * connection can undo a later write.  Only what was flushed enters the
 * journal.
 *
 * On any failure copy_fail prints the first message, all workers stop without
 * waiting for operations in flight, and copy_run returns -1.  It returns 0
 * only after all work was done. */
#ifndef COPY_H
#define COPY_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/param.h> /* MIN, MAX */

#include "engine/engine.h"
#include "engine/ranges.h"
#include "engine/work.h"

/* The main thread of a copy calls copy_tick at least so often. */
#define LOOK_MS 1000
/* A message tells of an outage that has lasted so long. */
#define TELL_MS 2000

/* Why the copy stops. */
enum stop {
  GOING_ON,
  FAILED,      /* a message was printed */
  INTERRUPTED, /* by a signal */
  UNREAD,      /* the reader of standard output has gone away */
};

struct copy {
  struct copy_settings settings;
  struct copy_events events;
  struct endpoint *from, *to;
  struct endpoint *source; /* from, unless verifying */
  struct copy *kept;       /* a list, see copy_free */
  uint64_t length;         /* to be copied, once known */
  bool length_known;
  uint64_t most;         /* to be copied of a stream, or UINT64_MAX */
  uint64_t align;        /* boundaries of chunks, at the destination */
  uint64_t request;      /* bytes per request */
  _Atomic uint64_t scan; /* block size of the scan, 0: none */
  bool whole;            /* all of the destination is written */
  bool resumed;          /* a journal was found */
  bool track;            /* record what is not durable */
  bool flushing;         /* after the first pass */
  bool verifying;        /* second pass: from is the destination */
  struct work work;
  struct worker *workers;
  unsigned worker_count;
  unsigned slots; /* per worker */

  _Atomic int stop; /* enum stop */
  int stop_fd;      /* readable when STOP is set */
  pthread_mutex_t message_lock;
  bool told_of_outage;

  _Atomic uint64_t copied, zeroed, skipped, verified;
  _Atomic uint64_t repeated;   /* copied again; not counted above again */
  _Atomic uint64_t unreadable; /* counted as copied or skipped, too */
  _Atomic bool map_failed;

  /* Each belongs to the file of its name. */
  struct bad *bad;
  struct blkhash *blkhash;
  struct done *done;
  struct journal *journal;
  struct rate *rate;
  struct verify *verify;
};

/* ---- events.c: messages, and stopping ---- */

/* Stop the copy; false if it was stopped before. */
extern bool copy_stop (struct copy *c, enum stop why);
/* To be called while the main thread waits: call the tool's tick function.
 * Return whether the copy has to stop. */
extern bool copy_tick (struct copy *c);
/* The time until the next copy_tick, in milliseconds. */
extern int copy_tick_ms (const struct copy *c);
/* The endpoint in the longest outage, or NULL, and how long it has lasted. */
extern const struct endpoint *copy_away (const struct copy *c, int64_t *ms);
/* Wake the main thread, which polls the tool's WAKE_FD. */
extern void copy_wake (struct copy *c);

#endif /* COPY_H */
