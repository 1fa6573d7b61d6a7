/* SPDX-License-Identifier: MIT */
/* Copying from one endpoint to another.
 *
 * A program fills in settings and what it wants to hear of, and then:
 *
 *   struct copy *c = copy_new (&settings, &events);
 *   from = nbd_open (c, ...);  to = ...;          (or endpoints of its own)
 *   copy_between (c, from, to)                    sizes are looked at
 *   copy_connect (c)                              connections are made
 *   copy_prepare (c)                              the destination changes
 *   copy_run (c)                                  0: the copy is complete
 *   copy_end (c);  copy_free (c);
 *
 * Each of them returns -1, or NULL, after a message, and then nothing but
 * copy_counts, copy_end and copy_free may follow.  copy_free frees endpoints,
 * too, if they know how; connections stay open until tool_close_all.  All run
 * on the same thread, which has the signals; the engine's own threads have
 * none but SIGURG, for which copy_run installs a handler.  The engine does not
 * exit, unless there is no memory.  Several copies may exist side by side.
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

/* What becomes of a block that cannot be read. */
enum on_read_error {
  READ_ERRORS_FAIL, /* the copy fails */
  READ_ERRORS_ZERO, /* zeroes at the destination */
  READ_ERRORS_SKIP, /* what the destination holds stays */
};

/* What of FROM is copied, as extents in order, in positions of the copy,
 * which has so many bytes.  What they leave out is not copied.  -1 after a
 * message. */
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
                               of, which is changed if this is; or NULL */
  uint64_t checkpoint;      /* bytes between two flushes */
  copy_select *select;      /* NULL: all */
  const char *map;          /* where SELECT has that from, or NULL */
  const char *context;      /* what selects, NULL: all */
  uint64_t rate;            /* bytes per second, 0: no limit */
  int retry_ms;             /* how long a lost connection is tried to be had
                                  again, and the first one, if that was
                                  not said otherwise; 0: not at all */
  int again_ms;             /* so long the source may refuse us, since it
                               may not know yet that we have left it */
  unsigned most_losses;     /* of the destination before a flush */
  enum on_read_error on_read_error;
  uint64_t offset[2]; /* of the source, of the destination */
  int64_t length[2];  /* -1: to the end */
};

/* Those of nbdcopy without options. */
extern const struct copy_settings copy_usual_settings;

/* --retry: as long as so many attempts take, with a pause before each that is
 * twice as long as the one before. */
extern void copy_set_attempts (struct copy_settings *s, unsigned attempts);
/* --sparse: the option's argument, where mistakes fail the tool. */
extern uint64_t copy_take_sparse (const char *text);

struct copy_events {
  /* Print a message, of any thread; one at a time. */
  void (*message) (void *opaque, const char *text);
  bool quiet; /* nothing but errors */
  /* In the thread that copies, each TICK_MS milliseconds (-1: each second),
   * and when WAKE_FD was readable. */
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
/* With on_read_error, list what could not be read in this open file, or
 * stream, called NAME; before copy_prepare. */
extern int copy_list_unreadable (struct copy *c, int fd, const char *name);
extern int copy_prepare (struct copy *c);
extern int copy_run (struct copy *c);
/* Write the list, and say how much could not be read; WHOLE if copy_run was
 * successful. */
extern int copy_end (struct copy *c, bool whole);
extern void copy_free (struct copy *c);

/* ---- from inside of tick ---- */

/* Stop; copy_run says from where on nothing is complete. */
extern void copy_interrupt (struct copy *c);
/* Double or halve the limit of the rate. */
extern void copy_change_rate (struct copy *c, bool faster);

/* ---- at any time ---- */

struct copy_counts {
  uint64_t copied, zeroed, skipped, verified;
  uint64_t unreadable; /* among what was copied or skipped */
  uint64_t length;     /* to be copied, if LENGTH_KNOWN, */
  uint64_t most;       /* else at most so much, or UINT64_MAX */
  bool length_known;
  unsigned threads, requests; /* and requests of each */
  bool synchronous;
  bool verifying;    /* the copy is being read back */
  uint64_t repeated; /* copied once more, and not counted again */
  const struct endpoint *waits_for; /* who is away, or NULL, */
  int64_t waits_ms;                 /* and for how long */
  bool unread; /* nobody reads standard output any more */
};

extern struct copy_counts copy_counts (const struct copy *c);

#endif /* COPY_ENGINE_H */
