/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* Serve an option that says "thanks". */
GROUP (GREET.SECOND)
  OPTION (3)
  SPEC ("Option types")

/* Say "thanks". */
STATE (START)
  IO (SEND)
  AFTER (h->patience -> .CLOSED)
  GOES_TO (^DONE)
{
  nbdi_option_result (h, 0, 0);
  return NEXT (^DONE);
}
