/* SPDX-License-Identifier: MIT */

/* The function that libFuzzer, or main.c, calls for each input.  It returns 0,
 * or -1 for an input that is not to be kept. */

#ifndef TARGET_H
#define TARGET_H

#include <stddef.h>
#include <stdint.h>

extern int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#endif /* TARGET_H */
