/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>

/* The life of a connection, from an unused handle to its end. */
GROUP ()
  PHASE (CONNECTING)
  EVENTS (CONNECT, CONNECT_SOCKET, OPTION, QUEUED, FLUSH, BREAK)

/* Nothing was asked for yet. */
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
  nbdi_finish_option (l);
  return WAIT;
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
