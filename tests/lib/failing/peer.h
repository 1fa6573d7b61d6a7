/* SPDX-License-Identifier: MIT */

/* A server in a thread of its own, which is patient with clients that
 * leave at any moment.  It serves the test disk of bytes.h, and grants what
 * it is asked for, but for exports whose name begins with "?", and for TLS
 * when there is no cipher. */

#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>

#define PEER_SIZE (1024 * 1024)

/* How the server encrypts; NULL: it does not. */
struct peer_cipher {
  /* Shake hands; whether that came to a good end, else nothing is left. */
  bool (*start) (int fd);
  bool (*send) (const void *p, size_t n);
  bool (*receive) (void *p, size_t n);
  void (*end) (void);
};

extern const struct peer_cipher *peer_cipher;

/* Serve the other end of a socket pair; the client's end is returned. */
extern int peer_pair (void);

/* Serve one connection to a Unix socket, whose path is returned. */
extern const char *peer_listen (void);

/* Serve one connection to 127.0.0.1; the port is returned. */
extern const char *peer_listen_tcp (void);

/* The program that is this server when it is started with "--serve-stdio",
 * or with "--serve-listener" for a socket that listens as descriptor 3. */
extern const char *peer_program (void);

/* Wait until the client has left, who may never have come. */
extern void peer_join (void);

#endif /* PEER_H */
