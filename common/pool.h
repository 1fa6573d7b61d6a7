/* SPDX-License-Identifier: MIT */
/* Exports, and the connections to one of them.
 *
 * A tool says in a struct tool_pool what its connections are like, and makes
 * them with tool_pool_try: the first one, for which it waits as long as it
 * likes, and further ones as long as the server takes them.  Some servers
 * serve one client only; they refuse another connection, or leave it without
 * an answer, so the wait for each further one is bounded, by how long the
 * first one took.  What becomes of them later is the library's concern. */
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

/* ---- pool.c: making connections ---- */

/* Without an answer for so long, a further connection is given up. */
#define TOOL_PATIENCE_SHORTEST_MS 5000
#define TOOL_PATIENCE_LONGEST_MS 60000

struct tool_pool {
  struct tool_endpoint at;
  const char *prefix; /* handles are called so, with a number; or
                                   NULL */
  tool_prepare *prepare;
  const void *opaque; /* for PREPARE */
  int patience_ms;    /* 0; the first connection sets it */
  unsigned count;     /* there are so many, for the name of the next one */
};

enum tool_outcome {
  TOOL_CONNECTED,
  TOOL_SILENT, /* no answer in time */
  TOOL_FAILED,
};

/* Try to make one more connection: *H, which is negotiating if it was
 * prepared so.  Give up after SILENCE milliseconds (-1: never) in which the
 * server says nothing.  Signals end the program here.
 *
 * If there is none, *WHY is the reason, to be freed.  *H is then NULL, unless
 * this has started a server, which runs until the end of the program. */
extern enum tool_outcome tool_pool_try (struct tool_pool *pool, int silence,
                                        struct nbd_handle **h, char **why);

#endif /* POOL_H */
