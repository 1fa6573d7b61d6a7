/* SPDX-License-Identifier: MIT */

/* Lets one allocation of the library fail.  A program that is linked with
 * memory.c lets the linker send the library's calls there (-Wl,--wrap).
 */

#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>

/* Whether allocations count, the one that fails (from 1; 0: none), and how
 * many there were.
 */
extern bool memory_counts;
extern unsigned memory_fails, memory_asked;

/* Count an allocation; true, with errno set, if it is the one that fails. */
extern bool memory_is_out (void);

/* A call of the library whose allocations count. */
#define LIB(call)                               \
  ({                                            \
    memory_counts = true;                       \
    __typeof__ (call) lib_result = (call);      \
    memory_counts = false;                      \
    lib_result;                                 \
  })

/* Run the statement once for each allocation that it makes, which fails. */
#define MEMORY_SWEEP(statement)                         \
  do {                                                  \
    memory_fails = 0;                                   \
    do {                                                \
      memory_fails++;                                   \
      memory_asked = 0;                                 \
      check_case ("allocation %u fails", memory_fails); \
      statement;                                        \
    } while (memory_asked >= memory_fails);             \
    CHECK (memory_fails > 1);                           \
    memory_fails = 0;                                   \
    check_case (NULL);                                  \
  } while (0)

#endif /* MEMORY_H */
