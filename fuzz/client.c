/* SPDX-License-Identifier: MIT */

/* The whole client: any calls of the program, any bytes of the server. */

#include "fuzz.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  return run_input (data, size, ~0u, false);
}
