/* SPDX-License-Identifier: MIT */
/* The end of a connection. */

#include "machine/machine.h"

#include <errno.h>

static bool
others_live (const struct nbdi_link *l)
{
  for (const struct nbdi_link *o = l->next; o != l; o = o->next)
    if (nbdi_link_in (o, NBDI_PHASE_CONNECTING | NBDI_PHASE_CONNECTED))
      return true;
  return false;
}

/* The connection has ended: end commands and options in flight, and close
 * the socket. */
void
nbdi_end_link (struct nbdi_link *l, bool fatal)
{
  struct nbdi_session *s = l->session;

  if (fatal && s->fatal_text == NULL) {
    nbdi_end_story (s);
    s->fatal_errno = nbdi_last_errno ();
    s->fatal_text = strdup (nbdi_last_text ());
    nbdi_debug (&s->trace, "the handle is dead: %s",
                s->fatal_text ? s->fatal_text : "out of memory");
  }
  if (l->opt.completion.callback || l->opt.list.free
      || l->opt.completion.free) {
    nbdi_option_result (l, -1, s->fatal_errno ? s->fatal_errno : ENOTCONN);
    nbdi_finish_option (l);
  }
  nbdi_abandon_commands (s, &l->lane.sent);
  nbdi_abandon_commands (s, &l->lane.queue);
  if (!others_live (l)) {
    nbdi_abandon_commands (s, &s->cmds.settling);
    nbdi_abandon_commands (s, &s->cmds.waiting);
    nbdi_free_outage (&s->outage);
  }
  nbdi_drop_connection (l);
}
