/* SPDX-License-Identifier: MIT */

/* A server in a thread of its own.  Its clients may close the connection at
 * any moment.  It serves the test disk of bytes.h and grants all that a client
 * asks for, except exports whose name begins with "?", and TLS if there is no
 * cipher. */

#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>

#define PEER_SIZE (1024 * 1024)

/* How the server encrypts; NULL: it does not. */
struct peer_cipher {
  /* Do the server's handshake.  If it fails, returns false and frees all. */
  bool (*start) (int fd);
  bool (*send) (const void *p, size_t n);
  bool (*receive) (void *p, size_t n);
  void (*end) (void);
};

extern const struct peer_cipher *peer_cipher;

/* Serve the other end of a socket pair.  Returns the client's end. */
extern int peer_pair (void);

/* Serve one connection to a Unix socket.  Returns its path. */
extern const char *peer_listen (void);

/* Serve one connection to 127.0.0.1.  Returns the port. */
extern const char *peer_listen_tcp (void);

/* The path of this program.  Started with "--serve-stdio", or with
 * "--serve-listener" and a listening socket as descriptor 3, it is such a
 * server. */
extern const char *peer_program (void);

/* Wait until the client has closed the connection.  It may never have
 * connected. */
extern void peer_join (void);

#endif /* PEER_H */
