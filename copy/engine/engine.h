/* SPDX-License-Identifier: MIT */
/* Copying from one endpoint to another.
 *
 * A program fills in settings and event functions, and then calls:
 *
 *   struct copy *c = copy_new (&settings, &events);
 *   from = nbd_open (c, ...);  to = ...;          (or endpoints of its own)
 *   copy_between (c, from, to)                    sizes are checked
 *   copy_connect (c)                              connections are made
 *   copy_prepare (c)                              the destination changes
 *   copy_run (c)                                  0: the copy is complete
 *   copy_end (c, whole);  copy_free (c);
 *
 * Each of them returns -1, or NULL, after a message, and then only
 * copy_counts, copy_end and copy_free may follow.  copy_free also frees
 * endpoints whose ops have a free function; connections stay open until
 * tool_close_all.  All calls are made in the same thread, which receives the
 * signals.  The engine's own threads block all signals but SIGURG, for which
 * copy_run installs a handler.  The engine exits only if there is no memory.
 * Several copies may exist at the same time.
 *
 * How it works inside is in copy.h. */
#ifndef COPY_ENGINE_H
#define COPY_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/endpoint.h"
#include "engine/extent.h"

#define KIB (UINT64_C (1) << 10)
#define MIB (UINT64_C (1) << 20)
#define GIB (UINT64_C (1) << 30)

/* ---- what is wanted ---- */

/* What to do if a block cannot be read. */
enum on_read_error {
  READ_ERRORS_FAIL, /* the copy fails */
  READ_ERRORS_ZERO, /* write zeroes to the destination */
  READ_ERRORS_SKIP, /* leave the destination as it is */
};

/* Set OUT to the extents of FROM that are to be copied, in ascending order, in
 * positions of the copy.  LENGTH is the size of the copy.  Ranges that are not
 * in OUT are not copied.  -1 after a message. */
typedef int copy_select (void *opaque, const struct endpoint *from,
                         uint64_t length, struct extents *out);

struct copy_settings {
  bool allocated, flush, no_map, synchronous, verify;
  bool destination_is_zero;
  bool debug;                              /* of the library */
  unsigned connections, requests, threads; /* threads 0: as processors */
  uint64_t queue_size, request_size;
  uint64_t sparse;          /* 0: do not look for zeroes */
  const char *blkhash;      /* NULL: none; "": the usual one */
  const char *blkhash_file; /* NULL: standard output */
  const char *resume;       /* file of the journal, or NULL */
  const char *origin;       /* for the journal: what the source is made
                               from; if that changes, the source has
                               changed; or NULL */
  uint64_t checkpoint;      /* bytes between two flushes */
  copy_select *select;      /* NULL: all */
  const char *map;          /* the file that SELECT uses, or NULL */
  const char *context;      /* metadata context that selects, NULL: all */
  uint64_t rate;            /* bytes per second, 0: no limit */
  int retry_ms;             /* how long to try to make a connection, the
                               first one or a lost one, unless the options
                               of the tool or the URI say otherwise; 0: do
                               not try again */
  int again_ms;             /* how long the source may refuse to connect,
                               since it may not have noticed yet that an
                               earlier connection was closed */
  unsigned most_losses;     /* of the destination before a flush */
  enum on_read_error on_read_error;
  uint64_t offset[2]; /* of the source, of the destination */
  int64_t length[2];  /* -1: to the end */
};

/* The settings of nbdcopy without options. */
extern const struct copy_settings copy_usual_settings;

/* --retry: set retry_ms to the time of so many attempts, with a pause before
 * each.  Each pause is twice as long as the one before, up to ten seconds. */
extern void copy_set_attempts (struct copy_settings *s, unsigned attempts);
/* --sparse: parse the option's argument; on mistakes the tool fails. */
extern uint64_t copy_take_sparse (const char *text);

struct copy_events {
  /* Print a message.  This is called in any thread, but not in two threads at
   * the same time. */
  void (*message) (void *opaque, const char *text);
  bool quiet; /* only errors, no warnings */
  /* Called in the thread of copy_run every TICK_MS milliseconds (-1: every
   * second), and when WAKE_FD was readable. */
  void (*tick) (void *opaque);
  int tick_ms;
  /* An eventfd, which the engine reads and writes. */
  int wake_fd;
  void *opaque;
};

/* ---- copying ---- */

extern struct copy *copy_new (const struct copy_settings *settings,
                              const struct copy_events *events);
extern int copy_between (struct copy *c, struct endpoint *from,
                         struct endpoint *to);
extern int copy_connect (struct copy *c);
/* With on_read_error: list the ranges that could not be read in this open file
 * or stream, which is called NAME.  To be called before copy_prepare. */
extern int copy_list_unreadable (struct copy *c, int fd, const char *name);
extern int copy_prepare (struct copy *c);
extern int copy_run (struct copy *c);
/* Write the list, and print how much could not be read.  WHOLE: copy_run was
 * successful. */
extern int copy_end (struct copy *c, bool whole);
extern void copy_free (struct copy *c);

/* ---- to be called by tick ---- */

/* Stop; copy_run prints the offset up to which the copy is complete. */
extern void copy_interrupt (struct copy *c);
/* Double or halve the limit of the rate. */
extern void copy_change_rate (struct copy *c, bool faster);

/* ---- at any time ---- */

struct copy_counts {
  uint64_t copied, zeroed, skipped, verified;
  uint64_t unreadable; /* counted as copied or skipped, too */
  uint64_t length;     /* to be copied, if LENGTH_KNOWN */
  uint64_t most;       /* the limit if not LENGTH_KNOWN, or UINT64_MAX */
  bool length_known;
  unsigned threads, requests; /* requests: of each thread */
  bool synchronous;
  bool verifying;    /* the copy is being read back */
  uint64_t repeated; /* copied again, and not counted above again */
  const struct endpoint *waits_for; /* the one in an outage, or NULL */
  int64_t waits_ms;                 /* how long the outage has lasted */
  bool unread; /* the reader of standard output has gone away */
};

extern struct copy_counts copy_counts (const struct copy *c);

#endif /* COPY_ENGINE_H */
