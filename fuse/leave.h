/* SPDX-License-Identifier: MIT */
/* The end of the program. */
#ifndef FUSE_LEAVE_H
#define FUSE_LEAVE_H

#include <libnbd.h>
#include <stdbool.h>

/* ---- server.c: a server that nbdfuse has started ---- */

/* H may have started a server.  However the program ends, that server has
 * limited time to end. */
extern void server_watch (struct nbd_handle *h);
/* Close the connection to a server that was started, and wait until it has
 * ended.  False if it had to be killed. */
extern bool server_close (void);

/* ---- leave.c ---- */

/* Wait for all changes, and flush them.  False if data may be lost. */
extern bool leave_disks (void);
/* End by the signal that came, or with status 0 if GOOD, else 1. */
extern void leave (bool good) __attribute__ ((noreturn));

#endif /* FUSE_LEAVE_H */
