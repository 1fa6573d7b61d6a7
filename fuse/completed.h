/* SPDX-License-Identifier: MIT */
/* What happens after a command. */
#ifndef FUSE_COMPLETED_H
#define FUSE_COMPLETED_H

#include <stdbool.h>

/* A completion callback runs inside of libnbd, with the handle locked.  So it
 * only leaves word here, and the loop calls FUNCTION afterwards. */
struct completed {
  struct completed *next;
  void (*function) (struct completed *);
  int error;
};
extern void completed_later (struct completed *completed);
extern bool completed_run (void);       /* there was something */

#endif /* FUSE_COMPLETED_H */
