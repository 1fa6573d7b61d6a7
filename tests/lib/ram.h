/* SPDX-License-Identifier: MIT */

/* A RAM disk with servers in threads, for tests with many threads and for
 * the soak test.  It speaks simple, structured and extended replies, in the
 * order in which requests come. */

#ifndef RAM_H
#define RAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libnbd.h>

/* How a server encrypts.  A session is NULL until the client has asked. */
struct ram_cipher {
  void *(*start) (int fd); /* shakes hands; NULL: the client left */
  ssize_t (*send) (void *session, const void *p, size_t n);
  ssize_t (*receive) (void *session, void *p, size_t n);
  void (*end) (void *session);
};

struct ram {
  uint8_t *data;
  uint8_t *durable; /* what was flushed; NULL: nobody wants to know */
  size_t size;
  unsigned life; /* what is left of an earlier one has no effect any more */
  const struct ram_cipher *cipher; /* NULL: there is no encryption */
  pthread_mutex_t lock;
};

enum ram_style { RAM_SIMPLE, RAM_STRUCTURED, RAM_EXTENDED };

/* One connection, served by a thread of its own. */
struct ram_server {
  struct ram *ram;
  enum ram_style style;
  unsigned life;
  int fd;
  unsigned cut_after; /* requests until it just closes; 0: never */
  void *session;      /* of the cipher, once there is one */
  pthread_t thread;
};

/* Say what is wrong, with the library's last error, and exit. */
extern void ram_fail (const char *fmt, ...)
  __attribute__ ((noreturn, format (printf, 1, 2)));
#define MUST(cond)                                       \
  do {                                                   \
    if (!(cond))                                         \
      ram_fail ("%s:%d: %s", __FILE__, __LINE__, #cond); \
  } while (0)

extern void ram_create (struct ram *ram, size_t size);
extern void ram_free (struct ram *ram);

/* Start a server; the client's end of its socket pair is returned. */
extern int ram_start (struct ram_server *s);
/* Wait until the server has ended, which it does once the client closed. */
extern void ram_join (struct ram_server *s);

/* A connected handle, and its server. */
extern struct nbd_handle *ram_connect (struct ram_server *s);

/* Serve a socket until its end. */
extern void ram_serve (struct ram_server *s);

#endif /* RAM_H */
