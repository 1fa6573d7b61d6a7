/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* Serve two options. */
GROUP (GREET.FIRST)
  OPTION (1, 2)

/* Nothing to do. */
STATE (START)
  GOES_TO (^DONE)
{
  nbdi_option_result (h, 0, 0);
  return NEXT (^DONE);
}
