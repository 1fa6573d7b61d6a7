/* SPDX-License-Identifier: MIT */
/* Hear things. */
GROUP (TALK.HEAR)

/* Nothing is being said. */
STATE (START)
  IDLE
  IO (RECV, 1)
  ON (END_OF_STREAM -> .CLOSED)
  ON (LEAVE -> LISTEN)
  GOES_TO (LISTEN)
{
  return NEXT (LISTEN);
}

/* Hear the rest. */
STATE (LISTEN)
  IO (FILL)
  CONSUMES (a message)
  GOES_TO (START)
{
  if (l->deaf)
    nbdi_error (EPROTO, "nothing can be heard");
  return l->deaf ? GONE : NEXT (START);
}
