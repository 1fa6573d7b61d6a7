/* SPDX-License-Identifier: MIT */

/* Structured and extended replies: a friendly server does the handshake. */

#include "fuzz.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  return run_input (data, size, 1u << FUZZ_STRUCTURED | 1u << FUZZ_EXTENDED,
                    false);
}
