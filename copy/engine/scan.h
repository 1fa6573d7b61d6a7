/* SPDX-License-Identifier: MIT */
/* Looking at data: is it zero, and what is its digest? */
#ifndef COPY_SCAN_H
#define COPY_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- scan.c ---- */

extern bool is_zero (const void *buffer, size_t length);

/* ---- digest.c ---- */

extern uint64_t digest (const void *buffer, size_t length, uint64_t seed);

#endif /* COPY_SCAN_H */
