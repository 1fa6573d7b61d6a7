/* SPDX-License-Identifier: MIT */

/* Whole lives of handles, for tests that let something fail underneath the
 * library at every place where it can.  Memory and system calls fail only
 * while `in_library` is true, which is so for the calling thread during
 * LIB (call).
 */

#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>

#include <libnbd.h>

extern __thread volatile bool in_library;

#define LIB(call)                               \
  ({                                            \
    in_library = true;                          \
    __auto_type lib_result = (call);            \
    in_library = false;                         \
    lib_result;                                 \
  })

/* The first call that failed. */
struct outcome {
  const char *call;             /* NULL: none did */
  int errnum;
  char text[512];               /* empty when there was no message */
};

/* Whether handles have a debug callback. */
extern bool life_is_logged;

struct life {
  const char *name;
  void (*live) (struct outcome *o);
};

extern const struct life lives[];
extern const unsigned nr_lives;

/* Live once, and check what must hold however it went: each closure was
 * freed once, completions came once if the call was accepted, no
 * descriptor, child or thread is left.
 */
extern struct outcome live (const struct life *life);

#endif /* LIFE_H */
