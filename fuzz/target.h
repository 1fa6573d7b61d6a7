/* SPDX-License-Identifier: MIT */

/* What libFuzzer, or main.c, calls for each input.  0: worth keeping. */

#ifndef TARGET_H
#define TARGET_H

#include <stddef.h>
#include <stdint.h>

extern int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#endif /* TARGET_H */
