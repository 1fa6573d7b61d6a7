/* SPDX-License-Identifier: MIT */
/* What lib/link/link.h gives to states.c. */

#include "machine/machine.h"
