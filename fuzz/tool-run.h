/* SPDX-License-Identifier: MIT */

/* Running what calls exit, again and again. */

#ifndef TOOL_RUN_H
#define TOOL_RUN_H

#include <setjmp.h>
#include <stdbool.h>

/* Call the function until it returns or calls exit, then what it registered
 * with atexit; if told so, free what it has left. */
extern void run_to_exit (void (*function) (void *opaque), void *opaque,
                         bool track_it);

#endif /* TOOL_RUN_H */
