/* SPDX-License-Identifier: MIT */

/* The handshake alone, automatic or in option mode. */

#include "fuzz.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  return run_input (data, size, 1u << FUZZ_RAW, false);
}
