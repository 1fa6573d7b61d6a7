/* SPDX-License-Identifier: MIT */
/* The end of the program. */
#ifndef FUSE_LEAVE_H
#define FUSE_LEAVE_H

#include <libnbd.h>
#include <stdbool.h>

/* ---- server.c: a server that nbdfuse has started ---- */

/* However the program ends: if connecting H has started a server, it has
 * limited time to end. */
extern void server_watch (struct nbd_handle *h);
/* Close the connection to a server that was started, and wait until it has
 * ended.  False if it had to be killed. */
extern bool server_close (void);

/* ---- leave.c ---- */

/* Wait for what was written, and flush it.  False if something is lost. */
extern bool leave_disks (void);
/* End by the signal that came, or with a status. */
extern void leave (bool good) __attribute__ ((noreturn));

#endif /* FUSE_LEAVE_H */
