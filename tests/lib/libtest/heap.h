/* SPDX-License-Identifier: MIT */

/* How much memory a program has from malloc. */

#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

/* Whether malloc tells it; elsewhere heap_in_use is always 0. */
extern const int heap_is_known;

/* Bytes in use, in small pieces and in those that are mapped alone. */
extern size_t heap_in_use (void);

#endif /* HEAP_H */
