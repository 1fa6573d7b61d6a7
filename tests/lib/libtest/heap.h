/* SPDX-License-Identifier: MIT */

/* How much memory the program has from malloc. */

#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

/* Whether malloc tells how much is in use.  If not, heap_in_use returns 0. */
extern const int heap_is_known;

/* Bytes in use, in small blocks and in blocks with a mapping of their own. */
extern size_t heap_in_use (void);

#endif /* HEAP_H */
