/* SPDX-License-Identifier: MIT */

/* A scripted server that listens, so that a client whose connection it has
 * ended can come back. */

#ifndef RETURNING_H
#define RETURNING_H

#include "server.h"

struct returning {
  struct server s; /* the present connection */
  int listener;
  char path[128];
};

/* Listen, have the handle connect, and play the friendly server until it is
 * ready.  The handle has its settings, so that it stays connected. */
extern void returning_connect (struct returning *r, struct nbd_handle *h);

/* End the connection. */
extern void returning_hang_up (struct returning *r);

/* Wait until the handle connects again, and shake hands. */
extern void returning_again (struct returning *r, struct nbd_handle *h);

/* The handle reads 4 bytes, and the server answers with "abcd".  Nothing is
 * delivered after that. */
extern void returning_serves_read (struct returning *r, struct nbd_handle *h,
                                   char *buf, nbd_completion_callback done);

extern void returning_close (struct returning *r);

#endif /* RETURNING_H */
