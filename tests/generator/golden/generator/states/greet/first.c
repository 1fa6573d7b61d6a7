/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* Serve two options. */
GROUP (GREET.FIRST)
  OPTION (1, 2)
