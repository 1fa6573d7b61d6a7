/* SPDX-License-Identifier: MIT */
/* The end of the program. */
#ifndef FUSE_LEAVE_H
#define FUSE_LEAVE_H

#include <stdbool.h>

/* Wait for what was written, and flush it.  False if something is lost. */
extern bool leave_disks (void);
/* End by the signal that came, or with a status. */
extern void leave (bool good) __attribute__ ((noreturn));

#endif /* FUSE_LEAVE_H */
