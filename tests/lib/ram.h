/* SPDX-License-Identifier: MIT */

/* A RAM disk with servers in threads, for tests with many threads and for the
 * soak test.  The servers send simple, structured or extended replies, in the
 * order in which the requests come. */

#ifndef RAM_H
#define RAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libnbd.h>

/* How a server encrypts.  A session is NULL until the client has sent
 * STARTTLS. */
struct ram_cipher {
  void *(*start) (int fd); /* does the handshake; NULL: it failed */
  ssize_t (*send) (void *session, const void *p, size_t n);
  ssize_t (*receive) (void *session, void *p, size_t n);
  void (*end) (void *session);
};

struct ram {
  uint8_t *data;
  uint8_t *durable; /* flushed data; NULL: they are not kept */
  size_t size;
  unsigned life; /* requests of connections with another one have no effect */
  const struct ram_cipher *cipher; /* NULL: there is no TLS */
  pthread_mutex_t lock;
};

enum ram_style { RAM_SIMPLE, RAM_STRUCTURED, RAM_EXTENDED };

/* One connection, served by a thread of its own. */
struct ram_server {
  struct ram *ram;
  enum ram_style style;
  unsigned life;
  int fd;
  unsigned cut_after; /* closes after so many requests; 0: never */
  void *session;      /* session of the cipher, if there is one */
  pthread_t thread;
};

/* Print the message with the library's last error, and exit. */
extern void ram_fail (const char *fmt, ...)
  __attribute__ ((noreturn, format (printf, 1, 2)));
#define MUST(cond)                                       \
  do {                                                   \
    if (!(cond))                                         \
      ram_fail ("%s:%d: %s", __FILE__, __LINE__, #cond); \
  } while (0)

extern void ram_create (struct ram *ram, size_t size);
extern void ram_free (struct ram *ram);

/* Start a server on a socket pair.  Returns the client's end. */
extern int ram_start (struct ram_server *s);
/* Wait until the server has ended, which it does when the client has
 * closed. */
extern void ram_join (struct ram_server *s);

/* A connected handle, and its server. */
extern struct nbd_handle *ram_connect (struct ram_server *s);

/* Serve a socket until it is closed. */
extern void ram_serve (struct ram_server *s);

#endif /* RAM_H */
