/* SPDX-License-Identifier: MIT */
/* An NBD server, by which other programs read an image.
 *
 * Each connection has two threads: one receives requests, and one sends
 * replies in the order in which the reads of the image finish.  If a client
 * does not receive its replies, its further requests have to wait. */
#ifndef CONVERT_SERVE_H
#define CONVERT_SERVE_H

#include "base/protocol.h"
#include "base/wire.h"
#include "image/internal.h"

/* The block sizes that the server announces. */
#define SERVE_PREFERRED (UINT32_C (64) << 10)
#define SERVE_MAXIMUM (UINT32_C (32) << 20)

struct served; /* a request in flight */

struct connection {
  struct connection *next;
  struct server *server;
  int fd;
  pthread_t thread;
  bool structured;
  bool finished; /* its thread is about to end; protected by the server's
                    lock */

  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct served *done, **done_end; /* replies to send */
  unsigned requests;               /* requests whose reply was not sent */
  uint64_t bytes;                  /* buffers of these requests */
  bool ends;                       /* no more requests will come */
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

/* Receive or send all bytes.  Returns false if the client has left. */
extern bool serve_receive (struct connection *c, void *buffer, size_t length);
extern bool serve_send (struct connection *c, const void *buffer,
                        size_t length);
/* Receive and discard so many bytes. */
extern bool serve_skip (struct connection *c, uint64_t length);
/* Negotiate from the first byte on.  Returns true if the transmission phase
 * begins, false if the connection ends. */
extern bool serve_handshake (struct connection *c);

/* ---- serve-requests.c ---- */

/* Receive requests and reply to them until the client leaves. */
extern void serve_requests (struct connection *c);

#endif /* CONVERT_SERVE_H */
