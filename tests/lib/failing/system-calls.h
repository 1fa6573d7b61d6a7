/* SPDX-License-Identifier: MIT */

/* Lets the library's system calls go wrong.  A program linked with
 * $(system_call_ldflags) has them come to system-calls.c; what it calls
 * itself is left alone, see library.h. */

#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

#include <stdbool.h>

#include "library.h"

extern enum oddity {
  NOTHING,
  INTERRUPTED, /* by a signal, every second call */
  NOT_READY,   /* every second call finds nothing to do */
  ONE_BYTE,    /* is sent or received at once */
  FAILS,       /* the one that is chosen, below */
  CUT,         /* the same, to one byte */
} oddity;

/* What is chosen: the calls of this name, of them the one of this number,
 * counted from 1, and all after it if so.  The error is what failing sets. */
extern struct chosen {
  const char *name;
  unsigned number;
  bool all_after;
  int errnum;
} chosen;

/* How long poll waits instead of the time that the library says; NULL: as
 * long as that. */
extern int (*real_timeout) (int timeout_ms);

/* Choose, and count from nothing, also in children. */
extern void choose (const struct chosen *c);

/* How many calls of the chosen name there were. */
extern unsigned chosen_calls (void);

#endif /* SYSTEM_CALLS_H */
