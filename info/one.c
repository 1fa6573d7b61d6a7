/* SPDX-License-Identifier: MIT */
/* Showing the single export that the command line names. */
#include <config.h>

#include <stdlib.h>

#include "nbdinfo.h"

/* List the metadata contexts.  Some servers end the connection if they are
 * asked for them: then connect again, and show the export without.  Returns
 * the handle to use. */
static struct nbd_handle *
take_contexts (struct show *show, struct export *e, struct nbd_handle *h)
{
  char *reason;
  if (nbd_aio_is_negotiating (h) != 1 || list_contexts (e, h, show->endpoint))
    return h;
  tool_close (h);
  h = open_again (&reason);
  if (h == NULL)
    tool_fail ("%s: %s", show->endpoint->name, reason);
  return h;
}

int
show_one (struct show *show)
{
  struct export e = { 0 };
  struct nbd_handle *h = reach_export (show->endpoint, NULL);
  struct protocol protocol = take_protocol (h);
  h = take_contexts (show, &e, h);
  if (begin_transmission (h) == -1) {
    char *reason = library_error ();
    char *name = nbd_get_export_name (h);
    show_protocol (show, &protocol);
    show_failure (show, name ? name : "", reason);
    free (name);
    tool_error ("suggestion: to list all exports on the server, use --list");
  }
  else {
    take_export (&e, h, show->endpoint);
    if (show->content)
      probe_content (&e, h);
    show_protocol (show, &protocol);
    show_export (show, &e);
  }
  free_export (&e);
  tool_close (h);
  return show_end (show);
}
