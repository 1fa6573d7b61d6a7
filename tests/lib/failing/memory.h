/* SPDX-License-Identifier: MIT */

/* Lets allocations of the library fail.  In a program linked with
 * $(memory_ldflags), the library's calls come to memory.c.  Calls of the
 * program itself do not fail, see library.h. */

#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>

#include "library.h"

/* The number of the allocation that fails, counted from 1 (0: none), the
 * number of allocations so far, and whether all after it fail, too. */
extern unsigned memory_fails, memory_asked;
extern bool memory_all_fail;

/* How many blocks the library has allocated. */
extern long memory_blocks;

/* The same while no handle is open.  The library keeps the last error of each
 * thread, so this makes one first. */
extern long memory_blocks_of_no_handle (void);

/* Count an allocation.  Returns true, with errno set, if it has to fail. */
extern bool memory_is_out (void);

/* Call `once` repeatedly; each time another one of its allocations fails. */
extern void memory_sweep (const char *what, void (*once) (void));

#endif /* MEMORY_H */
