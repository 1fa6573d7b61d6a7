/* SPDX-License-Identifier: MIT */
/* The NBD endpoint: what nbd.c and nbd-io.c share. */
#ifndef COPY_NBD_H
#define COPY_NBD_H

#include "copy.h"
#include "pool.h"

struct nbd {
  struct endpoint e;
  struct tool_pool pool;        /* worker I uses connection I */
  struct tool_export export;
  uint64_t *zeroes;             /* of which connection I has just told */
  _Atomic unsigned zero_way;    /* the first one that was not refused */
  _Atomic unsigned discards_failed;     /* in a row */
  _Atomic bool no_df;           /* the server wants to fragment reads */
};

/* ---- nbd-connect.c ---- */

/* Make connections until there are COUNT, or no more are to be had; how many
 * there are. */
extern unsigned nbd_connect (struct endpoint *e, unsigned count);

/* ---- nbd-io.c, nbd-zero.c ---- */

extern void nbd_start (struct endpoint *e, struct io *io);
extern void nbd_poll_for (struct endpoint *e, unsigned i, struct pollfd *p,
                          int *timeout);
extern void nbd_polled (struct endpoint *e, unsigned i,
                        const struct pollfd *p);
/* Blocking: what does not begin or end at a block; DATA NULL is zeroes. */
extern int nbd_write_part (struct nbd *n, struct nbd_handle *h,
                           const char *data, uint64_t offset,
                           uint64_t length);
extern int nbd_zero_unaligned (struct nbd *n, struct nbd_handle *h,
                               uint64_t offset, uint64_t length);
extern int nbd_last_errno (void);
extern const char *nbd_words (void);
extern void nbd_done (struct io *io, int error);
/* Wait for a command and retire it; 0 or errno.  EINTR if all have to stop:
 * the command is in flight then, and what it was given stays in use. */
extern int nbd_await (struct nbd *n, struct nbd_handle *h, int64_t cookie);

extern bool nbd_zero_at_once (struct nbd *n, struct nbd_handle *h,
                              struct io *io);
extern int64_t nbd_start_zero (struct nbd *n, struct nbd_handle *h,
                               struct io *io, nbd_completion_callback done);
extern bool nbd_zero_refused (struct nbd *n, struct io *io, int error);

#endif /* COPY_NBD_H */
