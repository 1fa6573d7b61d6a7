/* SPDX-License-Identifier: MIT */
/* How nbdcopy works.
 *
 * Two endpoints, the source and the destination, hide behind one interface
 * what they are: an NBD export, a file or block device, a stream, or null:.
 * Positions count from the beginning of what is copied; each endpoint adds
 * where its window starts.
 *
 *   selection -> unmapped pieces -> ready extents -> chunks -> writes
 *   (select.c)          (work.c, status.c)      (worker.c, chunk.c)
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
 * What was acknowledged but not flushed is remembered if a connection may be
 * opened again or there is a journal (done.c): after the destination was
 * lost all of that is copied again, and only what was flushed enters the
 * journal.  A server that died may have lost what other connections sent it,
 * so all of them are opened anew, and nothing is flushed before.
 *
 * Whatever goes wrong: copy_fail prints the first message, all workers stop,
 * leaving in flight what is, and the program exits with 1, or ends by the
 * signal that came.  Only the end of run in main.c reports success. */
#ifndef COPY_H
#define COPY_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <libnbd.h>
#include "options.h"
#include "tool.h"

#define KIB (UINT64_C (1) << 10)
#define MIB (UINT64_C (1) << 20)
#define GIB (UINT64_C (1) << 30)

/* The first of several waits before connecting again, and the longest. */
#define RETRY_FIRST_MS 100
#define RETRY_LONGEST_MS 10000

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

struct copy;
struct endpoint;
struct slot;
struct worker;

/* ---- ranges.c: sets of positions ---- */

struct range { uint64_t start, end; };
struct ranges { struct range *list; size_t count, room; };

extern void ranges_add (struct ranges *r, uint64_t start, uint64_t end);
/* The first range of what is not in the set from START to END. */
extern bool ranges_gap (const struct ranges *r, uint64_t start, uint64_t end,
                        struct range *gap);
extern void ranges_merge (struct ranges *into, const struct ranges *from);
extern void ranges_clear (struct ranges *r);
extern void ranges_remove (struct ranges *r, uint64_t start, uint64_t end);
/* How many positions are in the set, of those from START to END. */
extern uint64_t ranges_count (const struct ranges *r, uint64_t start,
                              uint64_t end);

/* ---- extents ---- */

enum kind {
  UNMAPPED,                     /* not asked for yet */
  DATA,
  ZERO,                         /* reads as zeroes */
  SKIP,                         /* not selected, not to be touched */
};

struct extent {
  uint64_t start, end;
  enum kind kind;
  bool checked;                 /* verification: digest holds */
  uint64_t digest;
};

/* A queue of extents, open at both ends. */
struct extents { struct extent *list; size_t head, count, room; };

extern void extents_push (struct extents *e, struct extent extent);
extern void extents_unshift (struct extents *e, struct extent extent);
extern struct extent *extents_first (struct extents *e);
extern void extents_drop (struct extents *e);
extern void extents_free (struct extents *e);
/* Append, joined with the last one if it is the same kind. */
extern void extents_join (struct extents *e, uint64_t start, uint64_t end,
                          enum kind kind);

/* ---- operations ---- */

enum action { READ, WRITE, WRITE_ZEROES, STATUS, FLUSH };

struct io {
  struct io *next;
  struct worker *worker;
  struct slot *slot;
  struct endpoint *on;
  enum action action;
  char *buffer;
  uint64_t position, length;
  int error;                    /* errno of the outcome */
  char *why;                    /* and in words, if there are better ones */
  int64_t cookie;               /* in flight; what the library calls it */
  unsigned way;                 /* how it is tried; it only becomes more, */
  bool again;                   /* and is to be tried so once more */
  bool ended;                   /* READ: nothing comes behind it */
  struct extent asked;          /* STATUS: the question */
  struct extents allocation;    /* STATUS: the source's allocation, and */
  struct extents selection;     /* what the chosen context marks */
};

/* Make one, and start it. */
extern struct io *io_new (struct worker *w, enum action action,
                          struct endpoint *on, struct slot *slot);
extern void io_start (struct io *io);
/* Give an operation back to its worker. */
extern void io_done (struct io *io, int error);
extern struct io *io_next_done (struct worker *w);
extern void io_free (struct io *io);
/* Why one failed, and the message that ends the copy for it. */
extern const char *io_why (const struct io *io);
extern void io_fail (const struct io *io);

/* ---- endpoints ---- */

struct pollfd;

struct endpoint_ops {
  const char *name;
  void (*start) (struct endpoint *e, struct io *io);
  /* NULL, or what worker I is to poll for, which may lower its timeout, and
   * what happened. */
  void (*poll_for) (struct endpoint *e, unsigned i, struct pollfd *p,
                    int *timeout);
  void (*polled) (struct endpoint *e, unsigned i, const struct pollfd *p);
  /* More connections, COUNT in all; how many there are now. */
  unsigned (*connect) (struct endpoint *e, unsigned count);
  /* The size and identity were looked at; make it ready to be written. */
  void (*prepare) (struct endpoint *e, struct copy *c);
  /* Nothing more is written; make it durable if wanted.  0; -1 after a
   * message; 1 if all connections were lost and may be opened again. */
  int (*finish) (struct endpoint *e, uint64_t length, bool flush);
  /* A line that says which one this is, to be freed. */
  char *(*identity) (struct endpoint *e);
};

struct endpoint {
  const struct endpoint_ops *ops;
  struct copy *copy;
  const char *name;             /* as the user wrote it */
  int fd;                       /* of a file, device or stream; else -1 */
  bool source;
  int64_t size;                 /* all of it; -1 if unknown */
  uint64_t start;               /* the window's offset */
  int64_t length;               /* the window's length; -1 if unknown */
  uint64_t minimum, preferred, maximum;         /* sizes of requests */
  uint64_t zero_maximum;        /* of one request for zeroes */
  bool stream;                  /* in order, no positions */
  bool asynchronous;            /* has sockets to poll */
  bool has_map;                 /* STATUS works */
  bool has_selection;           /* and knows the chosen context */
  bool can_flush;
  bool grows;                   /* as large as it has to be */
  bool fresh;                   /* the destination reads as zeroes */
  bool null;
  bool again;                   /* lost connections can be reopened */
  bool multi;                   /* takes several connections */
};

/* ---- open.c, nbd*.c, file.c, file-zero.c, stream.c ---- */

/* Take the source or the destination from the command line. */
extern struct endpoint *endpoint_open (struct copy *c, char ***words,
                                       bool source);
/* What was created for the destination stays from now on. */
extern void endpoint_keep (void);
extern struct endpoint *nbd_open (struct copy *c,
                                  const struct tool_endpoint *at,
                                  bool source);
extern struct endpoint *file_open (struct copy *c, int fd, const char *name,
                                   bool source);
extern struct endpoint *stream_open (struct copy *c, int fd,
                                     const char *name, bool source);
extern struct endpoint *null_open (struct copy *c);

/* Is worker I's connection lost?  nbd_reopen may bring it back. */
extern bool nbd_is_lost (struct endpoint *e, unsigned i);
/* The same for an idle one, of which nobody could notice it. */
extern bool nbd_was_lost (struct endpoint *e, unsigned i);
extern const char *nbd_loss (struct endpoint *e, unsigned i);
extern int nbd_reopen (struct endpoint *e, unsigned i, unsigned attempt);
/* Ask the library why an operation failed. */
extern void nbd_explain (struct io *io);

/* Make zeroes in a file; 0 or errno. */
struct file;
extern int file_zero (struct file *f, uint64_t offset, uint64_t length);

/* ---- the whole ---- */

#define MAX_QUERIES 4

/* The last parts of the map that could not be had. */
struct unknown {
  unsigned count;               /* without any that could be had since then */
  uint64_t start, end;          /* those that follow one another */
};

struct work {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct extents unmapped, ready;
  uint64_t ready_bytes;         /* of data among the ready ones */
  struct extent asked[MAX_QUERIES];     /* on their way, the first ones */
  unsigned queries, max_queries;
  uint64_t span;                /* of the next query */
  bool mapping;                 /* the source is asked */
  struct unknown unknown;
  bool endless;                 /* a stream, */
  bool reading;                 /* of which a chunk is taken, */
  uint64_t endless_at;          /* and has come up to here */
  bool (*refill) (struct copy *c);      /* makes more ready, under lock */
};

struct copy {
  struct options o;
  struct endpoint *from, *to;
  struct endpoint *source;      /* from, unless verifying */
  uint64_t length;              /* to be copied, once known */
  bool length_known;
  uint64_t most;                /* --length of a stream, or UINT64_MAX */
  uint64_t align;               /* boundaries of chunks, at the destination */
  uint64_t request;             /* bytes per request */
  _Atomic uint64_t scan;        /* block size of the scan, 0: none */
  bool whole;                   /* all of the destination is made */
  bool resumed;                 /* a journal was there */
  bool track;                   /* remember what is not durable */
  bool flushing;                /* after the first pass */
  bool verifying;               /* second pass: from is the destination */
  struct work work;
  struct worker *workers;
  unsigned worker_count;
  unsigned slots;               /* per worker */

  _Atomic int stop;             /* enum stop */
  int stop_fd;                  /* readable once they shall stop */
  int event_fd;                 /* the tool's; wakes the main thread */
  pthread_mutex_t message_lock;

  _Atomic unsigned generation;  /* how often the destination was lost, */
  _Atomic unsigned losses;      /* and since it flushed something */
  _Atomic uint64_t copied, zeroed, skipped, verified;
  _Atomic uint64_t unreadable;  /* among what was copied or skipped */
  _Atomic bool map_failed;
};

/* Why nothing more is done. */
enum stop {
  GOING_ON,
  FAILED,                       /* a message was printed */
  INTERRUPTED,                  /* by a signal */
  UNREAD,                       /* nobody reads standard output */
};

/* Stop all; true if they were going on. */
extern bool copy_stop (struct copy *c, enum stop why);
/* Print the message unless one was printed before, and stop all. */
extern void copy_fail (struct copy *c, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void copy_warn (struct copy *c, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- work.c ---- */

enum take { TAKE_CHUNK, TAKE_QUERY, TAKE_WAIT, TAKE_END };

extern void work_init (struct copy *c);
/* All from START to END is to be copied. */
extern void work_add (struct copy *c, uint64_t start, uint64_t end,
                      enum kind kind);
/* The next thing to do.  With WAIT set do not return TAKE_WAIT. */
extern enum take work_take (struct copy *c, struct extent *what, bool wait);
/* A query was answered for the first part of what was asked. */
extern void work_mapped (struct copy *c, const struct extent *asked,
                         struct extents *answer);
/* The connection was lost: ask the same again. */
extern void work_ask_again (struct copy *c, const struct extent *asked);
/* It could not be answered for what is before END. */
enum unmapped {
  ASKED_FOR_HALVES,
  TAKEN_AS_DATA,
  MAP_GIVEN_UP,                 /* all that is left is taken as data */
  NOT_SELECTED,                 /* nobody knows what is to be copied */
};
extern enum unmapped work_not_mapped (struct copy *c,
                                      const struct extent *asked,
                                      uint64_t end);
/* Do it again. */
extern void work_return (struct copy *c, struct extent what);
/* A chunk of a stream came, up to POSITION, and it was the last one. */
extern void work_came (struct copy *c, uint64_t position, bool ended);
extern void work_wake (struct copy *c);
extern uint64_t work_lowest (struct copy *c);

/* ---- status.c: what a query's answer means ---- */

extern void status_start (struct worker *w, const struct extent *asked);
extern void status_done (struct worker *w, struct io *io);

/* ---- worker.c, chunk.c ---- */

struct slot {
  struct slot *next;
  char *buffer;
  struct extent what;
  uint64_t sequence;            /* order, for streams */
  unsigned pending;
  bool busy;
  bool broken;                  /* a part of it was lost on the way */
  struct ranges bad;            /* what of it could not be read */
  uint64_t suspect;             /* in what is before this a block is bad */
  uint64_t step;                /* how much to read next, otherwise */
};

/* What tune.c measures. */
struct tune {
  int phase;
  unsigned base;                /* the best number of slots so far, */
  double speed;                 /* and its bytes per second */
  unsigned rest;
  double began;
  uint64_t bytes;
  unsigned chunks;
};

struct worker {
  struct copy *copy;
  unsigned index;
  pthread_t thread;
  struct io *done, **done_end;
  struct io *spare;             /* free operations */
  struct slot *slots, *free_slots;
  unsigned used, limit;         /* slots in use, and allowed */
  struct tune tune;
  unsigned started;             /* operations on their way */
  uint64_t next_sequence, turn; /* streams: last given out, next to write */
  struct slot **waiting;        /* by sequence */
  struct slot *lost;            /* chunks whose connection went away */
  unsigned attempts;            /* to reopen, since the last success */
  struct extent held;           /* a chunk that the rate does not allow */
  bool holding;
  bool flushing;
  bool gone[2];                 /* the connection to source, destination */
  _Atomic unsigned generation;  /* of the connection to the destination */
  char *buffers;                /* of the slots */
  _Atomic bool finished;
  bool excused;                 /* has nothing to do in this pass */
};

extern void *worker_main (void *worker);
extern void chunk_start (struct worker *w, const struct extent *what);
extern void chunk_write_next (struct worker *w);
/* Do all of a chunk once more that lost its connection. */
extern void chunk_again (struct worker *w, struct slot *s);
extern void chunk_io_done (struct worker *w, struct io *io);
/* Is the error that of a connection which can be reopened? */
extern bool worker_lost (struct worker *w, const struct io *io);
/* Read a part of a chunk, and: all that can be read of it was read. */
extern void chunk_read (struct worker *w, struct slot *s, uint64_t start,
                        uint64_t end);
extern void chunk_was_read (struct worker *w, struct slot *s);

/* ---- tune.c ---- */

#define TUNE_FIRST 4

extern void tune_begin (struct worker *w);
extern void tune_add (struct worker *w, uint64_t bytes);

/* ---- run.c ---- */

/* Copy or verify all of the work; 0, or -1 after a message. */
extern int run_workers (struct copy *c);
/* For waits of the main thread: how long they may take, in milliseconds,
 * and did a signal come, or something fail? */
extern int run_tick (const struct copy *c);
extern bool run_interrupted (struct copy *c);
/* What is before POSITION is done. */
extern void run_say_interrupted (struct copy *c, uint64_t position);

/* ---- scan.c ---- */

extern bool is_zero (const void *buffer, size_t length);

/* ---- digest.c, verify.c ---- */

extern uint64_t digest (const void *buffer, size_t length, uint64_t seed);
extern void verify_begin (struct copy *c);
extern void verify_record (struct copy *c, const struct extent *what);
extern int verify_run (struct copy *c);

/* ---- blkhash.c ---- */

extern void blkhash_begin (struct copy *c);
extern uint64_t blkhash_block_size (void);
extern void blkhash_data (struct copy *c, const char *buffer,
                          uint64_t position, uint64_t length);
extern int blkhash_end (struct copy *c);

/* ---- done.c, journal.c ---- */

extern void done_begin (struct copy *c);
extern void done_add (struct copy *c, const struct extent *what);
/* This is written, as far as it can be read, but not done. */
extern void done_add_bad (struct copy *c, uint64_t start, uint64_t end);
/* Is it time to flush?  Then what is done so far is set aside. */
extern bool done_due (struct copy *c);
extern int done_flushed (struct copy *c);
/* The destination was lost: count it, and give up if it is so too often. */
extern void done_lost (struct copy *c);
/* All that was not flushed is work again. */
extern void done_again (struct copy *c);
/* All is durable, and what is not done is left to a later run. */
extern int done_keep (struct copy *c);
extern void done_end (struct copy *c);

/* Open the journal.  True if it is that of an interrupted copy, of which
 * DONE is done. */
extern bool journal_open (struct copy *c, struct ranges *done);
/* Begin a new one, once the destination is prepared. */
extern void journal_begin (struct copy *c);
extern int journal_add (struct copy *c, const struct ranges *done);
extern void journal_remove (struct copy *c);

/* ---- select.c: --map ---- */

/* Read it before anything is opened: who prints it may need a server that
 * serves one client at a time. */
extern void select_read (struct copy *c);
/* Make it extents in positions of the copy, in order.  What the map does not
 * mention is not copied. */
extern void select_load (struct copy *c, struct extents *out);

/* ---- rate.c ---- */

extern void rate_begin (struct copy *c);
/* Milliseconds until LENGTH bytes may go, 0: they went. */
extern int rate_take (struct copy *c, uint64_t length);
/* So much of it did not go. */
extern void rate_return (struct copy *c, uint64_t length);
extern void rate_change (struct copy *c, bool faster);

/* ---- progress.c ---- */

extern void progress_begin (struct copy *c);
/* Make room for a message on the terminal. */
extern void progress_hide (void);
extern void progress_tick (struct copy *c);
extern void progress_end (struct copy *c, bool complete);

#endif /* COPY_H */
