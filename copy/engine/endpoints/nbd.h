/* SPDX-License-Identifier: MIT */
/* The NBD endpoint: declarations that its files share. */
#ifndef COPY_NBD_H
#define COPY_NBD_H

#include "engine/copy.h"
#include "pool.h"

/* A handle.  While workers run, only the thread of its worker uses it; the main
 * thread reads the atomic fields. */
struct nbd_link {
  struct nbd *nbd;
  struct nbd_handle *h;
  uint64_t zeroes;            /* bytes that the last reply says are zero */
  char *loss;                 /* why the connection was last lost */
  _Atomic unsigned losses;    /* how often it was lost */
  _Atomic int64_t away_since; /* by tool_now_ms; 0: it is connected */
};

struct nbd {
  struct endpoint e;
  struct tool_pool pool;
  struct nbd_link **links; /* worker I uses link I */
  unsigned count;
  struct tool_export export;
  bool source_is_stream;     /* data that was lost cannot be read again */
  bool warned;               /* that there is no connection yet */
  char *block;               /* for a read that checks the connection */
  _Atomic bool interrupted;  /* a command stays in flight, see nbd_await */
  struct nbd *kept;          /* a list, see free_nbd */
  _Atomic unsigned away;     /* connections that are lost at the moment */
  _Atomic unsigned zero_way; /* the first one that was not refused */
  _Atomic unsigned discards_failed; /* in a row */
  _Atomic bool no_df;               /* the server refuses DF, see nbd-io.c */
};

/* ---- nbd-connect.c ---- */

/* Make connections until there are COUNT, or the server takes no more.  Return
 * how many there are, at most COUNT; 0 after copy_fail if there is none. */
extern unsigned nbd_connect (struct endpoint *e, unsigned count);
extern bool nbd_is_lost (struct endpoint *e, unsigned i);
extern bool nbd_was_lost (struct endpoint *e, unsigned i);
extern unsigned nbd_losses (struct endpoint *e, unsigned i);
extern int64_t nbd_away_ms (const struct endpoint *e);

/* ---- nbd-await.c: blocking commands ---- */

/* The library's last error in this thread, without words such as "read:
 * command failed: ", which the caller adds; and its errno. */
extern const char *nbd_error_words (void);
extern int nbd_last_errno (void);
/* Give back an operation that this thread has carried out with blocking
 * commands, and set its WHY if it failed. */
extern void nbd_done (struct io *io, int error);
/* Set WHY of an operation to a copy of this text. */
extern void nbd_set_why (struct io *io, const char *why);
/* Wait for a command and retire it; 0 or errno.  EINTR if the copy has to
 * stop: then the command is still in flight and uses its buffer. */
extern int nbd_await (struct nbd_link *l, int64_t cookie);
/* Read or write a range that is not whole blocks.  The blocks around it must
 * fit into one request.  If DATA is NULL zeroes are written. */
extern int nbd_read_part (struct nbd_link *l, char *data, uint64_t offset,
                          uint64_t length);
extern int nbd_write_part (struct nbd_link *l, const char *data,
                           uint64_t offset, uint64_t length);

/* ---- nbd-zero.c ---- */

/* Zero a range that is not whole blocks.  Blocking. */
extern int nbd_zero_unaligned (struct nbd_link *l, uint64_t offset,
                               uint64_t length);
/* Choose a way.  Return true if it takes several requests: then the operation
 * has to be carried out by nbd_zero_blocks, which blocks. */
extern bool nbd_zero_takes_several (struct nbd_link *l, struct io *io);
extern int nbd_zero_blocks (struct nbd_link *l, struct io *io);
/* Start a single request in the way that was chosen. */
extern int64_t nbd_start_zero (struct nbd_link *l, struct io *io,
                               nbd_completion_callback done);
/* Whether the operation that the server refused can be tried in a later way.
 * If zeroing is not fast, the scan looks for longer runs of zeroes only. */
extern bool nbd_zero_refused (struct nbd *n, struct io *io, int error);

/* ---- nbd-io.c ---- */

extern void nbd_start (struct endpoint *e, struct io *io);
extern void nbd_poll_for (struct endpoint *e, unsigned i, struct pollfd *p,
                          int *timeout);
extern void nbd_polled (struct endpoint *e, unsigned i,
                        const struct pollfd *p);
/* Retire a command that failed, and keep the reason. */
extern void nbd_explain (struct io *io);

#endif /* COPY_NBD_H */
