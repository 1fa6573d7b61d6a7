/* SPDX-License-Identifier: MIT */
/* Exports, and the connections to one of them.
 *
 * A tool describes its connections in a struct tool_pool, and makes them with
 * tool_pool_try: the first one, for which it may wait without a limit, and
 * further ones as long as the server accepts them.  Some servers serve one
 * client only: they refuse another connection, or never answer on it.  So the
 * wait for each further connection is bounded by a time that depends on how
 * long the first one took.  If a connection is lost later, the library
 * handles that. */
#ifndef POOL_H
#define POOL_H

#include "tool.h"

/* ---- export.c: what a server says of an export ---- */

struct tool_export {
  int64_t size;                /* -1: tool_nbd_error says why */
  uint64_t minimum, preferred; /* block sizes */
  uint64_t maximum;            /* payload of a request */
  bool read_only, multi_conn, extended;
  bool zero, fast_zero, trim, flush, df;
  bool map; /* tells base:allocation */
};

extern struct tool_export tool_export_of (struct nbd_handle *h);

/* ---- pool.c: making connections ---- */

/* The limits of struct tool_pool's patience_ms. */
#define TOOL_PATIENCE_SHORTEST_MS 5000
#define TOOL_PATIENCE_LONGEST_MS 60000

struct tool_pool {
  struct tool_endpoint at;
  const char *prefix; /* of handle names, before a number; or NULL */
  tool_prepare *prepare;
  const void *opaque; /* for PREPARE */
  int patience_ms;    /* how long to wait for further connections; 0, the
                         first connection sets it */
  unsigned count;     /* of connections, for the name of the next one */
};

enum tool_outcome {
  TOOL_CONNECTED,
  TOOL_SILENT, /* no answer in time */
  TOOL_FAILED,
};

/* Try to make one more connection: *H, which is negotiating if opt mode was
 * set.  Give up after SILENCE milliseconds (-1: never) in which the server
 * sends nothing.  Signals end the program here.
 *
 * On failure *WHY is the reason, to be freed.  *H is then NULL, unless the
 * handle was to start a server or to use a given socket; such a handle stays
 * open until the end of the program. */
extern enum tool_outcome tool_pool_try (struct tool_pool *pool, int silence,
                                        struct nbd_handle **h, char **why);

#endif /* POOL_H */
