/* SPDX-License-Identifier: MIT */
/* Say things. */
GROUP (TALK.SAY)
  WHEN ("while talking")

/* Nothing to say. */
STATE (START)
  IDLE
  ON (SPEAK -> SEND)
{
  l->bodies++;
  return WAIT;
}

/* Say it, and wait to be told to go on. */
STATE (SEND)
  IO (SEND)
  ON (NOTIFY_READ -> START)
  ON (SPEAK -> SEND)
{
  l->bodies++;
  return WAIT;
}
