/* SPDX-License-Identifier: MIT */
/* The NBD endpoint: what its files share. */
#ifndef COPY_NBD_H
#define COPY_NBD_H

#include "engine/copy.h"
#include "pool.h"

/* A handle, which only the thread of its worker uses while there is one.  The
 * main thread reads what is atomic. */
struct nbd_link {
  struct nbd *nbd;
  struct nbd_handle *h;
  uint64_t zeroes;            /* of which the server has just told */
  char *loss;                 /* why the connection was lost last */
  _Atomic unsigned losses;    /* how often it was */
  _Atomic int64_t away_since; /* by tool_now_ms; 0: it is not */
};

struct nbd {
  struct endpoint e;
  struct tool_pool pool;
  struct nbd_link **links; /* worker I uses link I */
  unsigned count;
  struct tool_export export;
  bool source_is_stream;     /* what was lost cannot be read again */
  bool warned;               /* that there is no connection yet */
  char *block;               /* what one reads to see that the server lives */
  _Atomic bool interrupted;  /* a command stays in flight, see nbd_await */
  struct nbd *kept;          /* a list, see free_nbd */
  _Atomic unsigned away;     /* so many connections */
  _Atomic unsigned zero_way; /* the first one that was not refused */
  _Atomic unsigned discards_failed; /* in a row */
  _Atomic bool no_df;               /* the server wants to fragment reads */
};

/* ---- nbd-connect.c ---- */

/* Make connections until there are COUNT, or no more are to be had; how many
 * there are.  0 after copy_fail: not even one. */
extern unsigned nbd_connect (struct endpoint *e, unsigned count);
extern bool nbd_is_lost (struct endpoint *e, unsigned i);
extern bool nbd_was_lost (struct endpoint *e, unsigned i);
extern unsigned nbd_losses (struct endpoint *e, unsigned i);
extern int64_t nbd_away_ms (const struct endpoint *e);

/* ---- nbd-await.c: what is waited for at once ---- */

/* The last error of this thread, without "read: command failed: ", which
 * the caller says; and its number. */
extern const char *nbd_error_words (void);
extern int nbd_last_errno (void);
/* An operation that this thread did at once came to this end. */
extern void nbd_done (struct io *io, int error);
/* What the library says of an operation that failed. */
extern void nbd_set_why (struct io *io, const char *why);
/* Wait for a command and retire it; 0 or errno.  EINTR if all have to stop:
 * the command is in flight then, and what it was given stays in use. */
extern int nbd_await (struct nbd_link *l, int64_t cookie);
/* Read or write what does not begin or end at a block, and fits into one
 * request with the blocks around it; DATA NULL is zeroes. */
extern int nbd_read_part (struct nbd_link *l, char *data, uint64_t offset,
                          uint64_t length);
extern int nbd_write_part (struct nbd_link *l, const char *data,
                           uint64_t offset, uint64_t length);

/* ---- nbd-zero.c ---- */

/* Blocking: what does not begin or end at a block. */
extern int nbd_zero_unaligned (struct nbd_link *l, uint64_t offset,
                               uint64_t length);
/* Choose a way; true if that cannot be a single request of the library, and
 * is to be done by nbd_zero_blocks, which blocks. */
extern bool nbd_zero_takes_several (struct nbd_link *l, struct io *io);
extern int nbd_zero_blocks (struct nbd_link *l, struct io *io);
/* In the way that was chosen. */
extern int64_t nbd_start_zero (struct nbd_link *l, struct io *io,
                               nbd_completion_callback done);
/* Can it be done in a later way?  A server that would not be fast is not
 * asked for small pieces any more. */
extern bool nbd_zero_refused (struct nbd *n, struct io *io, int error);

/* ---- nbd-io.c ---- */

extern void nbd_start (struct endpoint *e, struct io *io);
extern void nbd_poll_for (struct endpoint *e, unsigned i, struct pollfd *p,
                          int *timeout);
extern void nbd_polled (struct endpoint *e, unsigned i,
                        const struct pollfd *p);
/* Forget a command that failed, but not why. */
extern void nbd_explain (struct io *io);

#endif /* COPY_NBD_H */
