/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* Serve an option that says "thanks". */
GROUP (GREET.SECOND)
  OPTION (3)
  SPEC ("Option types")

/* Say "thanks". */
STATE (START)
  IO (SEND)
  AFTER (l->patience -> .CLOSED)
  GOES_TO (^DONE)
{
  nbdi_option_result (l, 0, 0);
  return NEXT (^DONE);
}
