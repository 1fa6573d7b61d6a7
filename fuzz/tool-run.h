/* SPDX-License-Identifier: MIT */

/* Runs functions that call exit, again and again. */

#ifndef TOOL_RUN_H
#define TOOL_RUN_H

#include <setjmp.h>
#include <stdbool.h>

/* Call the function until it returns or calls exit, then the functions that it
 * registered with atexit.  If TRACK_IT, free the memory that it has left. */
extern void run_to_exit (void (*function) (void *opaque), void *opaque,
                         bool track_it);

#endif /* TOOL_RUN_H */
