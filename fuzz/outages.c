/* SPDX-License-Identifier: MIT */

/* A handle that stays connected: several connections, one after the other and
 * at once, any calls of the program, any bytes of the servers. */

#include "fuzz.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  return run_input (data, size, ~0u, true);
}
