/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* Serve two options. */
GROUP (GREET.FIRST)
  OPTION (1, 2)
