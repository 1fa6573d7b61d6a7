/* SPDX-License-Identifier: MIT */

/* A server in a thread of its own, which is patient with clients that
 * leave at any moment.  It serves the test disk of bytes.h, and grants what
 * it is asked for, but for TLS and for exports whose name begins with "?".
 */

#ifndef PEER_H
#define PEER_H

#define PEER_SIZE (1024 * 1024)

/* Serve the other end of a socket pair; the client's end is returned. */
extern int peer_pair (void);

/* Serve one connection to a Unix socket, whose path is returned. */
extern const char *peer_listen (void);

/* Serve one connection to 127.0.0.1; the port is returned. */
extern const char *peer_listen_tcp (void);

/* Wait until the client has left, who may never have come. */
extern void peer_join (void);

#endif /* PEER_H */
