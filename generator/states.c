/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>

/* The life of a connection, from an unused handle to its end. */
GROUP ()
  PHASE (CONNECTING)
  EVENTS (CONNECT, CONNECT_SOCKET, OPTION, QUEUED, FLUSH, BREAK, LEAVE, END)
  ON (LEAVE -> CLOSED)
  ON (END -> DEAD)
  LOST (RECONNECT.START)
  AFTER (nbdi_patience_ends (l) -> GIVE_UP)
  AFTER (nbdi_silence_ends (l) -> STALLED)

/* Wait for the program to connect. */
STATE (START)
  PHASE (CREATED)
  ON (CONNECT -> CONNECT.START)
  ON (CONNECT_SOCKET -> GREETING.START)
{
  return WAIT;
}

/* Option mode: wait for the program to choose an option. */
STATE (NEGOTIATING)
  PHASE (NEGOTIATING)
  ON (OPTION -> NEWSTYLE.START)
{
  nbdi_end_outage (s);
  nbdi_finish_option (l);
  return WAIT;
}

/* The handshake is done: keep what the server promises of the export, or
 * compare it with what was promised before. */
STATE (PROMISE)
  GOES_TO (TRANSMISSION)
{
  if (nbdi_take_promise (l) == -1)
    return nbdi_others_serve (l) ? GONE : FAILED;
  return NEXT (TRANSMISSION);
}

/* The server has neither sent nor taken a byte for too long. */
STATE (STALLED)
{
  nbdi_stall_error (l);
  return GONE;
}

/* It took too long to connect, or to connect again. */
STATE (GIVE_UP)
{
  nbdi_give_up (l);
  return FAILED;
}

/* The connection came to an orderly end. */
STATE (CLOSED)
  PHASE (CLOSED)
  FINAL
{
  nbdi_end_link (l, false);
  return WAIT;
}

/* A fatal error ended the connection; only nbd_close is useful. */
STATE (DEAD)
  PHASE (DEAD)
  FINAL
{
  nbdi_end_link (l, true);
  return WAIT;
}
