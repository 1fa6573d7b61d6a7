/* SPDX-License-Identifier: MIT */
/* A server that nbdfuse has started. */
#ifndef FUSE_SERVER_H
#define FUSE_SERVER_H

#include <libnbd.h>
#include <stdbool.h>

/* However the program ends: if connecting H has started a server, it has
 * limited time to end. */
extern void server_watch (struct nbd_handle *h);
/* Close the connection to a server that was started, and wait until it has
 * ended.  False if it had to be killed. */
extern bool server_close (void);

#endif /* FUSE_SERVER_H */
