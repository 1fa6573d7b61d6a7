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
  unsigned began, came;    /* losses of the connection, then and when it
                                   was given back */
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
  /* Nothing more is written; make it durable if wanted.  0, or -1 after
   * copy_fail.  What is lost meanwhile shows in LOSSES. */
  int (*finish) (struct endpoint *e, uint64_t length, bool flush);
  /* NULL, or a line that says which one this is, to be freed: needed for a
   * journal. */
  char *(*identity) (struct endpoint *e);

  /* NULL, or: the copy has come to its end; free the endpoint.  Who opened
   * its descriptor closes that. */
  void (*free) (struct endpoint *e);

  /* For those with connections that can be lost; else NULL.
   * Is connection I lost for good? */
  bool (*is_lost) (struct endpoint *e, unsigned i);
  /* The same for an idle one, of which nobody could notice it. */
  bool (*was_lost) (struct endpoint *e, unsigned i);
  /* How often it was lost and is made again by the endpoint: what it had
   * acknowledged before that, and not flushed, may be gone.  It changes
   * in no other thread than that of the connection's worker, after the last
   * operation of the old connection was given back, and before the first
   * one of the new connection. */
  unsigned (*losses) (struct endpoint *e, unsigned i);
  /* For how many milliseconds a connection has been away; 0: none is. */
  int64_t (*away_ms) (const struct endpoint *e);
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
  bool comes_back; /* lost connections are made again */
  bool forgets;    /* and what it then has lost is to be written again */
  bool multi;      /* takes several connections */
  /* NULL, or: change what a source has given, before anybody looks at it. */
  void (*amend) (struct endpoint *e, struct io *io);
  void *amends; /* what for */
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

/* Each is NULL after copy_fail.  Of an export that is the destination, FROM is
 * the source, which is NULL for the source itself. */
extern struct endpoint *nbd_open (struct copy *c,
                                  const struct tool_endpoint *at,
                                  const struct endpoint *from);
extern struct endpoint *file_open (struct copy *c, int fd, const char *name,
                                   bool source);
extern struct endpoint *stream_open (struct copy *c, int fd, const char *name,
                                     bool source);
extern struct endpoint *null_open (struct copy *c);
/* Standard input or output, which can also be a file.  Mistakes fail the
 * tool. */
extern struct endpoint *standard_open (struct copy *c, bool source);

#endif /* COPY_ENDPOINT_H */
