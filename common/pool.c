/* SPDX-License-Identifier: MIT */
/* Making connections to one export. */
#include <config.h>

#include <stdlib.h>

#include "pool.h"

static struct nbd_handle *
new_handle (const struct tool_pool *p, unsigned number)
{
  char *name = p->prefix ? tool_format ("%s%u", p->prefix, number) : NULL;
  struct nbd_handle *h = tool_create (name, p->prepare, p->opaque);
  free (name);
  return h;
}

/* Twice the time that the first connection took, within limits. */
static int
patience (int64_t first_ms)
{
  if (first_ms < TOOL_PATIENCE_SHORTEST_MS / 2)
    return TOOL_PATIENCE_SHORTEST_MS;
  if (first_ms > TOOL_PATIENCE_LONGEST_MS / 2)
    return TOOL_PATIENCE_LONGEST_MS;
  return 2 * first_ms;
}

enum tool_outcome
tool_pool_try (struct tool_pool *p, int silence, struct nbd_handle **h,
               char **why)
{
  *h = new_handle (p, p->count);
  int64_t began = tool_now_ms ();
  int r = tool_connect_within (h, &p->at, silence);
  if (r == 0) {
    if (p->patience_ms == 0)
      p->patience_ms = patience (tool_now_ms () - began);
    return TOOL_CONNECTED;
  }
  tool_check_signal ();
  *why = r == 1 ? tool_format ("no answer for %d seconds", silence / 1000)
                : tool_format ("%s", tool_nbd_error ());
  if (tool_can_reconnect (&p->at)) {
    tool_close (*h);
    *h = NULL;
  }
  return r == 1 ? TOOL_SILENT : TOOL_FAILED;
}
