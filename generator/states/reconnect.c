/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>

/* Connect again after a connection was lost, or could not be made. */
GROUP (RECONNECT)

/* Decide whether to connect again, and drop what is left of the connection.
 * A handle with other connections can do without this one. */
STATE (START)
  GOES_TO (DELAY, .CLOSED)
{
  if (nbdi_has_left (l))
    return NEXT (.CLOSED);
  bool planned = nbdi_plan_attempt (l) == 0;
  if (!planned && !nbdi_others_serve (l))
    return FAILED;
  nbdi_take_commands_back (l);
  nbdi_drop_connection (l);
  if (!planned)
    return NEXT (.CLOSED);
  return NEXT (DELAY);
}

/* Wait for the time of the next attempt. */
STATE (DELAY)
  AFTER (l->attempt.next -> REAP)
{
  return WAIT;
}

/* Wait until a server that is a child process has ended, so that it can be
 * started again. */
STATE (REAP)
  AFTER (l->attempt.next -> REAP)
  GOES_TO (LOOK_UP)
{
  if (nbdi_may_start_server (l))
    return NEXT (LOOK_UP);
  return WAIT;
}

/* Wait for the thread that asks the resolver for a name that was not known
 * before. */
STATE (LOOK_UP)
  AFTER (l->attempt.next -> LOOK_UP)
  GOES_TO (ATTEMPT)
{
  if (nbdi_knows_addresses (l))
    return NEXT (ATTEMPT);
  return WAIT;
}

/* Begin to connect, in the same way as the first time. */
STATE (ATTEMPT)
  GOES_TO (.CONNECT.START, .GREETING.START)
{
  switch (nbdi_begin_attempt (l)) {
  case NBDI_IO_READY: return NEXT (.GREETING.START);
  case NBDI_IO_WAIT: return NEXT (.CONNECT.START);
  default: return GONE;
  }
}
