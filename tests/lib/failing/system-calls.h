/* SPDX-License-Identifier: MIT */

/* Lets the library's system calls fail or transfer less.  In a program linked
 * with $(system_call_ldflags), they come to system-calls.c.  Calls of the
 * program itself are left alone, see library.h. */

#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

#include <stdbool.h>

#include "library.h"

extern enum oddity {
  NOTHING,
  INTERRUPTED, /* every second call, by a signal */
  NOT_READY,   /* every second call finds nothing to do */
  ONE_BYTE,    /* each call transfers one byte only */
  FAILS,       /* the chosen call */
  CUT,         /* the chosen call transfers one byte only */
} oddity;

/* The call that is chosen: the one with this name and number, counted from 1,
 * and all calls of this name after it if all_after is set.  errnum is its
 * errno if it fails. */
extern struct chosen {
  const char *name;
  unsigned number;
  bool all_after;
  int errnum;
} chosen;

/* Returns how long poll really waits, given the library's timeout.  NULL: as
 * long as the library says. */
extern int (*real_timeout) (int timeout_ms);

/* Choose a call, and reset the count, also for children. */
extern void choose (const struct chosen *c);

/* How often the chosen function was called. */
extern unsigned chosen_calls (void);

#endif /* SYSTEM_CALLS_H */
