/* SPDX-License-Identifier: MIT */
/* Connections, one after the other, and messages if they fail. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "nbdinfo.h"
#include "pool.h"

/* Connections are made one after the other; there is never more than one. */
static struct tool_pool pool;

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  const char *context = opaque;
  return nbd_set_opt_mode (h, true) == -1 || nbd_set_full_info (h, true) == -1
             || (context && nbd_add_meta_context (h, context) == -1)
           ? -1
           : 0;
}

struct nbd_handle *
open_server (const struct tool_endpoint *endpoint, const char *context)
{
  struct nbd_handle *h;
  char *why;
  pool = (struct tool_pool) {
    .at = *endpoint,
    .prepare = prepare,
    .opaque = context,
  };
  if (tool_pool_try (&pool, -1, &h, &why) != TOOL_CONNECTED)
    tool_fail ("%s: %s", endpoint->name, why);
  pool.opaque = NULL;
  return h;
}

struct nbd_handle *
reach_export (const struct tool_endpoint *endpoint, const char *context)
{
  struct nbd_handle *h = open_server (endpoint, context);
  if (tool_await_export (&h, endpoint) == -1)
    tool_nbd_fail (endpoint->name);
  return h;
}

struct nbd_handle *
open_again (char **reason)
{
  struct nbd_handle *h;
  switch (tool_pool_try (&pool, pool.patience_ms, &h, reason)) {
  case TOOL_CONNECTED: return h;
  case TOOL_SILENT:
    free (*reason);
    *reason = tool_format ("the server has not answered a further "
                           "connection for %d seconds; it may be busy with "
                           "another client",
                           pool.patience_ms / 1000);
    break;
  default: break;
  }
  if (h)
    tool_close (h);
  return NULL;
}

int
begin_transmission (struct nbd_handle *h)
{
  return nbd_aio_is_negotiating (h) == 1 ? tool_opt_go (h) : 0;
}

void
must_begin_transmission (struct nbd_handle *h,
                         const struct tool_endpoint *endpoint)
{
  if (begin_transmission (h) == 0)
    return;
  char *reason = library_error ();
  char *name = nbd_get_export_name (h);
  export_error (endpoint, name ? name : "", reason);
  free (reason);
  free (name);
  exit (EXIT_FAILURE);
}

char *
library_error (void)
{
  tool_check_signal ();
  return tool_format ("%s", tool_nbd_error ());
}

/* If the server refused the export, the library's error already names it. */
void
export_error (const struct tool_endpoint *endpoint, const char *name,
              const char *reason)
{
  char *export = tool_quoted (name);
  if (strstr (reason, export) != NULL)
    tool_error ("%s: %s", endpoint->name, reason);
  else
    tool_error ("%s: export %s: %s", endpoint->name, export, reason);
  free (export);
}
