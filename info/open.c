/* SPDX-License-Identifier: MIT */
/* Connections, one after the other, and what is said if they fail. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "nbdinfo.h"

static int patience_ms;         /* with a further connection */

static int
prepare (struct nbd_handle *h, const void *opaque)
{
  const char *context = opaque;
  return nbd_set_opt_mode (h, true) == -1 || nbd_set_full_info (h, true) == -1
    || (context && nbd_add_meta_context (h, context) == -1) ? -1 : 0;
}

struct nbd_handle *
open_server (const struct tool_endpoint *endpoint, const char *context)
{
  struct nbd_handle *h = tool_create (NULL, prepare, context);
  int64_t began = tool_now_ms ();
  if (tool_connect (&h, endpoint) == -1)
    tool_nbd_fail (endpoint->name);
  patience_ms = tool_patience_ms (tool_now_ms () - began);
  return h;
}

struct nbd_handle *
open_again (const struct tool_endpoint *endpoint, char **reason)
{
  struct nbd_handle *h = tool_create (NULL, prepare, NULL);
  int r = tool_connect_within (&h, endpoint, patience_ms);
  if (r == 0)
    return h;
  if (r == -1)
    *reason = library_error ();
  else
    *reason = tool_format ("the server has not answered a further "
                           "connection for %d seconds; it may be busy with "
                           "another client", patience_ms / 1000);
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

/* The library names the export where the server refused it. */
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
