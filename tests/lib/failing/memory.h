/* SPDX-License-Identifier: MIT */

/* Lets allocations of the library fail.  A program linked with
 * $(memory_ldflags) has the library's calls come to memory.c; what it calls
 * itself is left alone, see library.h. */

#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>

#include "library.h"

/* The allocation that fails, counted from 1 (0: none), whether all after it
 * do too, and how many there were. */
extern unsigned memory_fails, memory_asked;
extern bool memory_all_fail;

/* How many blocks the library has. */
extern long memory_blocks;

/* The same while no handle is open.  It keeps the last error of a thread, so
 * there is always one. */
extern long memory_blocks_of_no_handle (void);

/* Count an allocation; true, with errno set, if it is one that fails. */
extern bool memory_is_out (void);

/* Call `once` for each allocation that it makes, which fails. */
extern void memory_sweep (const char *what, void (*once) (void));

#endif /* MEMORY_H */
