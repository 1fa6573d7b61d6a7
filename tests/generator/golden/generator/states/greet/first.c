/* SPDX-License-Identifier: MIT */
/* Serve two options. */
GROUP (GREET.FIRST)
  OPTION (1, 2)

/* Nothing to do. */
STATE (START)
  GOES_TO (^DONE)
{
  return NEXT (^DONE);
}
