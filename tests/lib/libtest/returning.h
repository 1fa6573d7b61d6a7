/* SPDX-License-Identifier: MIT */

/* A scripted server that listens, so that a client can reconnect after the
 * server has ended its connection. */

#ifndef RETURNING_H
#define RETURNING_H

#include "server.h"

struct returning {
  struct server s; /* the current connection */
  int listener;
  char path[128];
};

/* Listen, let the handle connect, and serve it until it is ready.  The handle
 * must have the settings with which it stays connected. */
extern void returning_connect (struct returning *r, struct nbd_handle *h);

/* End the connection. */
extern void returning_hang_up (struct returning *r);

/* Wait until the handle reconnects, and do the handshake. */
extern void returning_again (struct returning *r, struct nbd_handle *h);

/* The handle reads 4 bytes, and the server replies with "abcd".  The handle
 * has not received this reply when this returns. */
extern void returning_serves_read (struct returning *r, struct nbd_handle *h,
                                   char *buf, nbd_completion_callback done);

extern void returning_close (struct returning *r);

#endif /* RETURNING_H */
