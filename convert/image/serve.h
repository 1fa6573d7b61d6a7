/* SPDX-License-Identifier: MIT */
/* The NBD server that lets other programs read an image.
 *
 * Each connection has two threads: one takes requests, and one sends replies
 * as reads of the image come back, in whatever order that is.  A client that
 * does not take its replies is not served further. */
#ifndef CONVERT_SERVE_H
#define CONVERT_SERVE_H

#include "base/protocol.h"
#include "base/wire.h"
#include "image/internal.h"

/* What the server says of itself. */
#define SERVE_PREFERRED (UINT32_C (64) << 10)
#define SERVE_MAXIMUM (UINT32_C (32) << 20)

struct served; /* a request on its way */

struct connection {
  struct connection *next;
  struct server *server;
  int fd;
  pthread_t thread;
  bool structured;
  bool finished; /* under the server's lock: its thread is at its end */

  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct served *done, **done_end; /* to be sent */
  unsigned requests;               /* that were not sent yet, */
  uint64_t bytes;                  /* and what they hold */
  bool ends;                       /* no more requests come */
};

struct server {
  struct image *image;
  int listening, stop_fd;
  pthread_t thread;
  pthread_mutex_t lock;
  struct connection *connections;
  _Atomic bool ending;
  _Atomic (const char *) why;
};

/* ---- serve-options.c ---- */

/* All of it, or false: the client is gone. */
extern bool serve_receive (struct connection *c, void *buffer, size_t length);
extern bool serve_send (struct connection *c, const void *buffer,
                        size_t length);
/* Read so much and forget it. */
extern bool serve_skip (struct connection *c, uint64_t length);
/* From the first byte to transmission: true; false: it ends here. */
extern bool serve_handshake (struct connection *c);

/* ---- serve-requests.c ---- */

/* Take requests and reply to them until the client leaves. */
extern void serve_requests (struct connection *c);

#endif /* CONVERT_SERVE_H */
