/* SPDX-License-Identifier: MIT */
/* Several connections of one handle share their fate.  One that comes, or
 * comes back, may have met a server that was started anew, which knows nothing
 * of what the one before had in memory.  So it is given commands only once
 * another one, which was there before, has shown that it still lives: by the
 * reply to something that was sent after the newcomer's handshake. */

#include "machine/machine.h"

/* Whether a connection whose handshake is done cannot be given commands yet. */
bool
nbdi_must_stand_by (struct nbdi_link *l)
{
  return unlikely (!l->joined) && !nbdi_joins (l);
}

/* Let it join those that serve, or be the first if none does.  Then the journal
 * is to be written again before anything else. */
bool
nbdi_joins (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;

  if (!nbdi_others_serve (l))
    nbdi_begin_journal (s);
  else if (!l->proved && !nbdi_must_leave (l))
    return false;
  l->joined = true;
  /* Nothing will show that the server works, if all that waits is held. */
  if (!nbdi_has_to_begin (l))
    nbdi_end_outage (s);
  return true;
}
