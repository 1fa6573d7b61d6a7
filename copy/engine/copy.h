/* SPDX-License-Identifier: MIT */
/* How the engine works.
 *
 * Two endpoints, the source and the destination, hide behind one interface
 * what they are: an NBD export, a file or block device, a stream, or null:.
 * Positions count from the beginning of what is copied; each endpoint adds
 * where its window starts.
 *
 *   selection -> unmapped pieces -> ready extents -> chunks -> writes
 *   (engine.c)          (work.c, status.c)      (worker.c, chunk.c)
 *
 * The work starts as pieces of which nobody knows what they hold.  A worker
 * that finds few ready extents asks the source what a piece holds: data,
 * zeroes, or nothing that was selected.  All workers cut chunks of at most
 * one request from the ready extents.  A worker is a thread with a
 * connection of its own to each NBD side and a set of slots, each a buffer
 * with a chunk on its way.  What was read is scanned for zeroes, and each run
 * of data or zeroes becomes one write.  A slot is free again when all of its
 * writes were acknowledged; only then the chunk is done.
 *
 * Every operation is a struct io.  An endpoint starts it and gives it back
 * through io_done, at once or later, always to the worker that owns it.  A
 * worker handles what was given back, starts more, and sleeps in poll.  So
 * files, which finish at once, and servers are the same to it, and nothing
 * recurses.
 *
 * Memory is bounded: slots times request size is at most --queue-size for
 * each worker.  How many slots a worker really uses is found by trying
 * (tune.c), so that buffers stay in the cache of the processor where latency
 * is no problem.
 *
 * A read that failed fails the copy, or the chunk is read in smaller parts
 * until it is known which blocks are bad, and goes on without them (bad.c).
 *
 * Connections that are lost are made again by the library, which repeats what
 * was not answered.  What was acknowledged and not flushed may be lost with
 * the server, and is ours to write again, as we can read it again (done.c).
 * Each worker does that for what it wrote itself, and flushes itself.  So
 * nobody has to know whether two connections lead to the same life of a
 * server, and for each place of the disk there is one handle of the library
 * which keeps the order: nothing that an old connection left behind can
 * undo what comes later.  Only what was flushed enters the journal.
 *
 * Whatever goes wrong: copy_fail prints the first message, all workers stop,
 * leaving in flight what is, and copy_run returns -1.  Nothing else reports
 * success than its end. */
#ifndef COPY_H
#define COPY_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/param.h> /* MIN, MAX */

#include "engine/engine.h"
#include "engine/ranges.h"
#include "engine/work.h"

/* The main thread of a copy looks around at least so often, */
#define LOOK_MS 1000
/* and tells of an outage that has lasted so long. */
#define TELL_MS 2000

/* Why nothing more is done. */
enum stop {
  GOING_ON,
  FAILED,      /* a message was printed */
  INTERRUPTED, /* by a signal */
  UNREAD,      /* nobody reads standard output */
};

struct copy {
  struct copy_settings settings;
  struct copy_events events;
  struct endpoint *from, *to;
  struct endpoint *source; /* from, unless verifying */
  struct copy *kept;       /* a list, see copy_free */
  uint64_t length;         /* to be copied, once known */
  bool length_known;
  uint64_t most;         /* wanted of a stream, or UINT64_MAX */
  uint64_t align;        /* boundaries of chunks, at the destination */
  uint64_t request;      /* bytes per request */
  _Atomic uint64_t scan; /* block size of the scan, 0: none */
  bool whole;            /* all of the destination is made */
  bool resumed;          /* a journal was there */
  bool track;            /* remember what is not durable */
  bool flushing;         /* after the first pass */
  bool verifying;        /* second pass: from is the destination */
  struct work work;
  struct worker *workers;
  unsigned worker_count;
  unsigned slots; /* per worker */

  _Atomic int stop; /* enum stop */
  int stop_fd;      /* readable once they shall stop */
  pthread_mutex_t message_lock;
  bool told_of_outage;

  _Atomic uint64_t copied, zeroed, skipped, verified;
  _Atomic uint64_t repeated;   /* after it was counted */
  _Atomic uint64_t unreadable; /* among what was copied or skipped */
  _Atomic bool map_failed;

  /* Each is that of the file of its name. */
  struct bad *bad;
  struct blkhash *blkhash;
  struct done *done;
  struct journal *journal;
  struct rate *rate;
  struct verify *verify;
};

/* ---- events.c: messages, and stopping ---- */

/* Stop all; true if they were going on. */
extern bool copy_stop (struct copy *c, enum stop why);
/* For waits of the main thread: tell the tool, and do all have to stop? */
extern bool copy_tick (struct copy *c);
/* When that is to be done again. */
extern int copy_tick_ms (const struct copy *c);
/* The endpoint that is away, or NULL, and for how long. */
extern const struct endpoint *copy_away (const struct copy *c, int64_t *ms);
/* Wake the main thread from such a wait. */
extern void copy_wake (struct copy *c);

#endif /* COPY_H */
