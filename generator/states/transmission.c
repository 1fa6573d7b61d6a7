/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

/* The data phase: replies are read and requests are sent independently. */
GROUP (TRANSMISSION)
  REGIONS (REPLY, ISSUE)
  PHASE (CONNECTED)
  SPEC ("Transmission")
