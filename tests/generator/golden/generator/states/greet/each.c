/* SPDX-License-Identifier: MIT */
/* What the options have in common. */
GROUP (GREET.EACH)
  FOR_EACH (OPTION)

/* Nothing to do. */
STATE (START)
  GOES_TO (^DONE)
{
  nbdi_option_result (l, 0, 0);
  return NEXT (^DONE);
}
