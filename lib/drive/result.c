/* SPDX-License-Identifier: MIT */
/* The result of a command, for the program. */

#include "drive/drive.h"

#include <errno.h>

static const char *
why_connection_ended (struct nbd_handle *h)
{
  nbdi_add_child_end (h);
  if (h->session.fatal_text)
    return h->session.fatal_text;
  if (nbdi_phase_in (h, NBDI_PHASE_CONNECTED))
    return "it was not sent before the shutdown";
  return "the server closed the connection";
}

/* Retire a completed command and return its result.  If it failed, the
 * error is set. */
int
nbdi_result_of_command (struct nbd_handle *h, struct nbdi_command *c)
{
  CLEANUP_FREE char *text = c->why;
  const char *why = text;
  int error = c->error;
  uint16_t type = c->type;

  c->why = NULL;
  nbdi_retire_command (&h->session, c);
  if (error == 0)
    return 0;
  if (why == NULL && error == ENOTCONN)
    why = why_connection_ended (h);
  /* The text about an outage does not name the command. */
  if (h->session.lasting && why != NULL && why == h->session.fatal_text) {
    nbdi_error (0, "%s", why);
    nbdi_set_last_errno (error);
  }
  else
    nbdi_error (error, "%s: command failed%s%s", nbdi_command_name (type),
                why ? ": " : "", why ? why : "");
  return -1;
}
