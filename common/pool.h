/* SPDX-License-Identifier: MIT */
/* Exports, and the connections to one of them.
 *
 * A tool says in a struct tool_pool what its connections are like, and makes
 * them with tool_pool_try: the first one, for which it waits as long as it
 * likes, and further ones as long as the server takes them.  Some servers
 * serve one client only; they refuse another connection, or leave it without
 * an answer, so the wait for each further one is bounded, by how long the
 * first one took.
 *
 * The main thread makes connections.  After that, threads may use and reopen
 * different ones at the same time. */
#ifndef POOL_H
#define POOL_H

#include "tool.h"

/* ---- export.c: what a server says of an export ---- */

struct tool_export {
  int64_t size;                /* -1: the library has told why not */
  uint64_t minimum, preferred; /* block sizes */
  uint64_t maximum;            /* of what a request carries */
  bool read_only, multi_conn, extended;
  bool zero, fast_zero, trim, flush, df;
  bool map; /* tells base:allocation */
};

extern struct tool_export tool_export_of (struct nbd_handle *h);

/* Nothing is different that one who goes on with another connection relies
 * on. */
extern bool tool_export_is_same (const struct tool_export *a,
                                 const struct tool_export *b);

/* ---- pool.c: connections ---- */

/* Without an answer for so long, a further connection is given up. */
#define TOOL_PATIENCE_SHORTEST_MS 5000
#define TOOL_PATIENCE_LONGEST_MS 60000

struct tool_connection {
  struct nbd_handle *h;
  char *loss; /* why it was lost, if that is known */
};

struct tool_pool {
  struct tool_endpoint at;
  const char *prefix; /* handles are called so, with a number; or
                                   NULL */
  tool_prepare *prepare;
  const void *opaque; /* for PREPARE */
  int patience_ms;    /* 0; the first connection sets it */
  struct tool_connection *connections;
  unsigned count;
};

enum tool_outcome {
  TOOL_CONNECTED,
  TOOL_SILENT,    /* no answer in time */
  TOOL_UNREACHED, /* nobody is there, or it went away */
  TOOL_REFUSED,   /* and another attempt changes nothing */
};

/* Try to make one more connection: *H, which is negotiating if it was
 * prepared so.  Give up after SILENCE milliseconds (-1: never) in which the
 * server says nothing.  Signals end the program here.
 *
 * If there is none, *WHY is the reason, to be freed.  *H is then NULL, unless
 * this has started a server, which runs until the end of the program. */
extern enum tool_outcome tool_pool_try (struct tool_pool *pool, int silence,
                                        struct nbd_handle **h, char **why);

/* The connection is one of the pool's. */
extern void tool_pool_add (struct tool_pool *pool, struct nbd_handle *h);

/* How many connections may be used of WANTED: 1 if there cannot be another
 * one, or if the server does not promise that several show the same. */
extern unsigned tool_pool_allows (const struct tool_pool *pool,
                                  unsigned wanted);

/* Connection I may have been lost in the call that failed: keep the reason
 * that the library has told. */
extern void tool_pool_keep_loss (struct tool_pool *pool, unsigned i);
/* Nobody has waited for connection I: was it lost meanwhile? */
extern bool tool_pool_was_lost (struct tool_pool *pool, unsigned i);
/* Why connection I was lost. */
extern const char *tool_pool_loss (const struct tool_pool *pool, unsigned i);

/* Close connection I and make it anew, with SILENCE as above, or until
 * STOP_FD is readable.  -1 if that failed: then its loss is the reason. */
extern int tool_pool_reopen (struct tool_pool *pool, unsigned i, int silence,
                             int stop_fd);

/* Forget the connections, which stay open until they are closed. */
extern void tool_pool_free (struct tool_pool *pool);

#endif /* POOL_H */
