/* SPDX-License-Identifier: MIT */

/* Tells wrappers of what the library calls (-Wl,--wrap) whether it is the
 * library that calls, which is so for the calling thread during LIB (call)
 * and IN_LIBRARY (statement). */

#ifndef LIBRARY_H
#define LIBRARY_H

#include <stdbool.h>

extern __thread volatile bool in_library;

#define IN_LIBRARY(statement) \
  do {                        \
    in_library = true;        \
    statement;                \
    in_library = false;       \
  } while (0)

/* The same for what has a value. */
#define LIB(call)                    \
  ({                                 \
    in_library = true;               \
    __auto_type lib_result = (call); \
    in_library = false;              \
    lib_result;                      \
  })

#endif /* LIBRARY_H */
