/* SPDX-License-Identifier: MIT */
/* What the engine copies from and to.
 *
 * An endpoint is a struct that begins with struct endpoint, and functions in
 * a struct endpoint_ops.  The engine starts operations on it, from several
 * threads if it takes several connections, and gets each back through
 * io_done, at once or later, but always on the thread that started it.
 * Positions of an operation count from the beginning of what is copied; the
 * endpoint adds START, where its window begins. */
#ifndef COPY_ENDPOINT_H
#define COPY_ENDPOINT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "extents.h"

struct copy;
struct endpoint;
struct slot;
struct worker;

/* ---- operations ---- */

enum action { READ, WRITE, WRITE_ZEROES, STATUS, FLUSH };

struct io {
  struct io *next;
  struct worker *worker;
  struct slot *slot;
  struct endpoint *on;
  enum action action;
  unsigned connection; /* to be used: from 0 on */
  char *buffer;        /* READ, WRITE */
  uint64_t position, length;
  bool hole;               /* WRITE_ZEROES: all of what was asked for is
                                   zero, not some of what was read */
  int error;               /* errno of the outcome */
  char *why;               /* and in words, if there are better ones */
  int64_t cookie;          /* in flight; what the library calls it */
  unsigned way;            /* how it is tried; it only becomes more, */
  bool retries;            /* and is to be started so once more */
  bool ended;              /* READ: nothing comes behind it */
  struct tool_range asked; /* STATUS: the question */
  /* STATUS: block status of base:allocation, and what the context that
   * selects tells, in positions of the endpoint. */
  struct tool_map allocation, selection;
};

/* Give an operation back.  A READ of a stream sets its length to what came,
 * and says whether it has ended.  A STATUS may have become shorter. */
extern void io_done (struct io *io, int error);

/* ---- endpoints ---- */

struct endpoint_ops {
  const char *name;
  void (*start) (struct endpoint *e, struct io *io);
  /* NULL, or what connection I is to poll for, which may lower the timeout,
   * and what happened. */
  void (*poll_for) (struct endpoint *e, unsigned i, struct pollfd *p,
                    int *timeout);
  void (*polled) (struct endpoint *e, unsigned i, const struct pollfd *p);
  /* More connections, COUNT in all; how many there are now, at most so
   * many. */
  unsigned (*connect) (struct endpoint *e, unsigned count);
  /* NULL, or: the size and identity were looked at; make it ready to be
   * written.  -1 after copy_fail. */
  int (*prepare) (struct endpoint *e);
  /* Nothing more is written; make it durable if wanted.  0; -1 after
   * copy_fail; 1 if all connections were lost and may be opened again. */
  int (*finish) (struct endpoint *e, uint64_t length, bool flush);
  /* NULL, or a line that says which one this is, to be freed: needed for a
   * journal. */
  char *(*identity) (struct endpoint *e);

  /* NULL, or: the copy has come to its end; free the endpoint.  Who opened
   * its descriptor closes that. */
  void (*free) (struct endpoint *e);

  /* For those with connections that can be lost; else NULL.
   * Is connection I lost? */
  bool (*is_lost) (struct endpoint *e, unsigned i);
  /* The same for an idle one, of which nobody could notice it. */
  bool (*was_lost) (struct endpoint *e, unsigned i);
  /* Why it was lost. */
  const char *(*loss) (struct endpoint *e, unsigned i);
  /* Open it again: attempt number ATTEMPT, from 1 on. */
  int (*reopen) (struct endpoint *e, unsigned i, unsigned attempt);
  /* Find better words for why an operation failed. */
  void (*explain) (struct io *io);
};

struct endpoint {
  const struct endpoint_ops *ops;
  struct copy *copy;
  const char *name; /* as the user wrote it */
  int fd;           /* of a file, device or stream; else -1 */
  bool source;
  int64_t size;                         /* all of it; -1 if unknown */
  uint64_t minimum, preferred, maximum; /* sizes of requests */
  uint64_t zero_maximum;                /* of one request for zeroes */
  bool stream;                          /* in order, no positions */
  bool has_map;                         /* STATUS works */
  bool has_selection;                   /* and knows the chosen context */
  bool can_flush;
  bool grows;      /* as large as it has to be */
  bool fresh;      /* the destination reads as zeroes */
  bool swallows;   /* what is written goes nowhere */
  bool reconnects; /* lost connections can be opened again */
  bool multi;      /* takes several connections */
  /* The engine sets these. */
  uint64_t start; /* the window's offset */
  int64_t length; /* the window's length; -1 if unknown */
};

/* Print the message unless one was printed before, and stop all. */
extern void copy_fail (struct copy *c, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void copy_warn (struct copy *c, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
/* All have to stop: who waits, waits for the descriptor too, which is
 * readable then. */
extern bool copy_is_stopping (const struct copy *c);
extern int copy_stop_fd (const struct copy *c);

/* ---- endpoints/: those that the engine has ---- */

/* Each is NULL after copy_fail. */
extern struct endpoint *nbd_open (struct copy *c,
                                  const struct tool_endpoint *at,
                                  bool source);
extern struct endpoint *file_open (struct copy *c, int fd, const char *name,
                                   bool source);
extern struct endpoint *stream_open (struct copy *c, int fd, const char *name,
                                     bool source);
extern struct endpoint *null_open (struct copy *c);

#endif /* COPY_ENDPOINT_H */
