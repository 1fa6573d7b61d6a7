/* SPDX-License-Identifier: MIT */
/* Serve an option that says "thanks". */
GROUP (GREET.SECOND)
  OPTION (3)
  SPEC ("Option types")

/* Say "thanks". */
STATE (START)
  IO (SEND)
  GOES_TO (^DONE)
{
  return NEXT (^DONE);
}
