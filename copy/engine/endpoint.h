/* SPDX-License-Identifier: MIT */
/* What the engine copies from and to.
 *
 * An endpoint is a struct that begins with struct endpoint, and functions in
 * a struct endpoint_ops.  The engine starts operations on it, in several
 * threads if it takes several connections.  The endpoint gives each operation
 * back through io_done, at once or later, but always in the thread that
 * started it.  Positions of an operation count from the beginning of what is
 * copied; the endpoint adds START, where its window begins. */
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
  bool hole;               /* WRITE_ZEROES: the source's map says that the
                              extent is zero, no data was read for it */
  int error;               /* 0 or errno of the result */
  char *why;               /* the error in words, if there are better ones
                              than those of errno */
  unsigned began, came;    /* losses of the connection when the operation
                              was started and when it was given back */
  int64_t cookie;          /* of the library's command */
  unsigned way;            /* how it is tried; this only increases */
  bool retries;            /* it is to be started again, in a later way */
  bool ended;              /* READ: the stream ends behind it */
  struct tool_range asked; /* STATUS: the question */
  /* STATUS: the extents of base:allocation, and of the context that selects,
   * in positions of the endpoint. */
  struct tool_map allocation, selection;
};

/* Give an operation back.  Before that, a READ of a stream sets its LENGTH to
 * the number of bytes read, and ENDED.  A STATUS may set LENGTH to less than
 * was asked for. */
extern void io_done (struct io *io, int error);

/* ---- endpoints ---- */

struct endpoint_ops {
  const char *name;
  void (*start) (struct endpoint *e, struct io *io);
  /* NULL, or: set the events that connection I has to poll for; this may
   * lower the timeout. */
  void (*poll_for) (struct endpoint *e, unsigned i, struct pollfd *p,
                    int *timeout);
  /* NULL, or: handle the events that were polled. */
  void (*polled) (struct endpoint *e, unsigned i, const struct pollfd *p);
  /* Make connections until there are COUNT in all.  Return how many there
   * are, at most COUNT. */
  unsigned (*connect) (struct endpoint *e, unsigned count);
  /* NULL, or: prepare the destination to be written, after its size and
   * identity were read.  -1 after copy_fail. */
  int (*prepare) (struct endpoint *e);
  /* All was written, or read; flush if asked to.  0, or -1 after copy_fail.
   * LOSSES counts connections that are lost meanwhile. */
  int (*finish) (struct endpoint *e, uint64_t length, bool flush);
  /* NULL, or: return a line that identifies the endpoint in a journal, to be
   * freed. */
  char *(*identity) (struct endpoint *e);

  /* NULL, or: free the endpoint at the end of the copy.  The descriptor is
   * closed by the code that opened it. */
  void (*free) (struct endpoint *e);

  /* For endpoints with connections that can be lost; else NULL.
   * Whether connection I is lost for good. */
  bool (*is_lost) (struct endpoint *e, unsigned i);
  /* The same for an idle connection, whose loss was not noticed yet. */
  bool (*was_lost) (struct endpoint *e, unsigned i);
  /* How often connection I was lost and is made again by the endpoint: data
   * that was acknowledged before that, and not flushed, may be lost.  The
   * count changes only in the thread of the connection's worker, after the
   * last operation of the old connection was given back, and before the first
   * one of the new connection. */
  unsigned (*losses) (struct endpoint *e, unsigned i);
  /* For how many milliseconds a connection has been lost; 0: none is. */
  int64_t (*away_ms) (const struct endpoint *e);
  /* Set WHY of an operation that failed to better words, if there are any. */
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
  bool grows;      /* becomes as large as it has to be */
  bool fresh;      /* the destination reads as zeroes */
  bool swallows;   /* discards what is written */
  bool comes_back; /* lost connections are made again */
  bool forgets;    /* the engine writes again what was not flushed */
  bool multi;      /* takes several connections */
  /* NULL, or: change the result of an operation that succeeded, before the
   * engine uses it. */
  void (*amend) (struct endpoint *e, struct io *io);
  void *amends; /* data of AMEND */
  /* The engine sets these. */
  uint64_t start; /* the window's offset */
  int64_t length; /* the window's length; -1 if unknown */
};

/* Stop the copy, and print the message unless the copy was stopped before or a
 * signal has come. */
extern void copy_fail (struct copy *c, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void copy_warn (struct copy *c, const char *format, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- endpoints/: those that the engine has ---- */

/* Each returns NULL after copy_fail.  FROM is the source if the export is the
 * destination, and NULL if the export is the source. */
extern struct endpoint *nbd_open (struct copy *c,
                                  const struct tool_endpoint *at,
                                  const struct endpoint *from);
extern struct endpoint *file_open (struct copy *c, int fd, const char *name,
                                   bool source);
extern struct endpoint *stream_open (struct copy *c, int fd, const char *name,
                                     bool source);
extern struct endpoint *null_open (struct copy *c);
/* Open standard input or output, which can also be a file.  On mistakes the
 * tool fails. */
extern struct endpoint *standard_open (struct copy *c, bool source);

#endif /* COPY_ENDPOINT_H */
