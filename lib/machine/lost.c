/* SPDX-License-Identifier: MIT */
/* Messages about a connection that was lost. */

#include "machine/machine.h"

#include <errno.h>

/* The name of the option whose reply is awaited, or NULL. */
static const char *
present_option (const struct nbdi_link *l)
{
  return nbdi_link_in (l, NBDI_PHASE_CONNECTING) && l->opt.option != 0
           ? nbdi_option_name (l->opt.option)
           : NULL;
}

/* The server has ended the connection, in order or with this errno. */
void
nbdi_server_left (struct nbdi_link *l, int errnum, const char *when)
{
  if (nbdi_child_failed (&l->reach))
    return;
  CLEANUP_FREE char *end = nbdi_child_end (&l->reach);
  const char *option = present_option (l);
  nbdi_error (errnum, "%s%sthe server closed the connection %s%s%s%s",
              option ? option : "", option ? ": " : "",
              *when ? when : "unexpectedly",
              l->in.pos < l->in.end ? "" : nbdi_advice (&l->channel),
              end ? "; " : "", end ? end : "");
}

/* Add to this thread's error, which says why a connection was lost, how the
 * child that served it ended, if that is known by now. */
void
nbdi_ask_for_child_end (struct nbdi_link *l)
{
  if (likely (!l->reach.end_unknown) || l->reach.asked_to_end)
    return;
  CLEANUP_FREE char *end = nbdi_child_end (&l->reach);
  if (end == NULL)
    return;
  CLEANUP_FREE char *why = strdup (nbdi_last_text ());
  int errnum = nbdi_last_errno ();
  nbdi_error (0, "%s; %s", why ? why : nbdi_dots, end);
  nbdi_set_last_errno (errnum);
}

/* The server ended the connection, or a system call failed with this errno.
 * If the transport has set a better error, keep that. */
void
nbdi_lost (struct nbdi_link *l, int errnum, const char *call)
{
  if (l->lost_told)
    l->lost_told = false;
  else if (errnum == 0 || errnum == ECONNRESET || errnum == EPIPE)
    nbdi_server_left (l, errnum, nbdi_state_when (l));
  else
    nbdi_error (errnum, "%s", call);
}
