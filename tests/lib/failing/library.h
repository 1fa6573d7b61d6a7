/* SPDX-License-Identifier: MIT */

/* Wrappers of system and library functions (-Wl,--wrap) ask here whether the
 * library calls them.  For the calling thread this is so during LIB (call) and
 * IN_LIBRARY (statement). */

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

/* The same for an expression with a value. */
#define LIB(call)                    \
  ({                                 \
    in_library = true;               \
    __auto_type lib_result = (call); \
    in_library = false;              \
    lib_result;                      \
  })

#endif /* LIBRARY_H */
