/* SPDX-License-Identifier: MIT */
/* All connections of a handle must lead to the same run of the server.  A
 * new connection, or one that was made again, may have met a server that
 * was restarted, which lost what the one before had in memory.  So it is
 * given commands only once an older connection has shown that its server
 * still runs: by the reply to something that was sent after the handshake
 * of the new one. */

#include "machine/machine.h"

/* Whether a connection cannot be given commands yet, although its handshake
 * is done. */
bool
nbdi_must_stand_by (struct nbdi_link *l)
{
  return unlikely (!l->joined) && !nbdi_joins (l);
}

/* From now on the connection can be given commands.  If no other one can,
 * it is the first after an outage, and the journal has to be sent again
 * before anything else. */
bool
nbdi_joins (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;

  if (!nbdi_others_serve (l))
    nbdi_begin_journal (s);
  else if (!l->proved && !nbdi_must_leave (l))
    return false;
  l->joined = true;
  /* If there is nothing to send, no reply will end the outage. */
  if (!nbdi_has_to_begin (l))
    nbdi_end_outage (s);
  return true;
}
