/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* A toy that has one of everything.  It is never linked into the library. */
GROUP ()
  PHASE (CREATED)
  EVENTS (OPEN, SPEAK, LEAVE)
  AFTER (l->lifetime -> CLOSED)

/* Wait to be opened. */
STATE (START)
  ON (OPEN -> GREET.START)
{
  l->bodies++;
  return WAIT;
}

/* Failing leads here. */
STATE (DEAD)
  PHASE (DEAD)
  FINAL
{
  return WAIT;
}

/* Nobody answers. */
STATE (LOST)
  PHASE (CONNECTING)
  ON (NOTIFY_WRITE -> CLOSED)
  UNLIMITED (the program says when)
{
  return WAIT;
}

/* All went well. */
STATE (CLOSED)
  PHASE (CLOSED)
  FINAL
{
  return WAIT;
}
