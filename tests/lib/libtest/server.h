/* SPDX-License-Identifier: MIT */

/* The scripted server: it has the other end of a socket pair, and the test
 * itself drives it.  In a test with one thread nothing depends on time: what
 * one side writes, the other can read at once. */

#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <libnbd.h>

#include "bytes.h"

struct server;

/* A layer between a server and its socket, such as TLS.  Its functions behave
 * like send and recv on a non-blocking socket. */
struct server_transport {
  ssize_t (*send) (struct server *s, const void *p, size_t len);
  ssize_t (*receive) (struct server *s, void *p, size_t len);
  void (*close) (struct server *s);
};

struct server {
  int fd;                                   /* -1 when closed */
  const struct server_transport *transport; /* NULL: just the socket */
  void *tls;                                /* data of the transport */
  struct bytes in;                          /* received, not yet expected */
  struct nbd_handle *drives; /* pumped while the server waits */
  bool waits;                /* may wait: the client has a thread */
  bool gives_up;             /* a closed client is no failure */
  unsigned options;          /* a bit for each option that came */
};

enum style { SIMPLE, STRUCTURED, EXTENDED };

/* Make the socket pair and return the client's end. */
extern int server_pair (struct server *s);

/* Make the socket pair and give the client's end to nbd_aio_connect_socket. */
extern void server_open (struct server *s, struct nbd_handle *h);

/* Close, and forget what was received. */
extern void server_close (struct server *s);

/* The server sends nothing more, but it still receives. */
extern void server_half_close (struct server *s);

/* Send bytes that are written in the notation. */
extern void server_say (struct server *s, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void server_send (struct server *s, const void *p, size_t len);

/* Receive what has arrived, without waiting.  Returns the length of s->in. */
extern size_t server_take (struct server *s);

/* Receive until s->in has at least n bytes, or fail. */
extern void server_need (struct server *s, size_t n);

/* The next bytes from the client must be these. */
extern void server_expect_at (const char *file, int line, struct server *s,
                              const char *fmt, ...)
  __attribute__ ((format (printf, 4, 5)));
#define server_expect(s, ...) \
  server_expect_at (__FILE__, __LINE__, (s), __VA_ARGS__)

/* The client must not have sent anything more. */
#define server_expect_nothing(s) CHECK_INT (server_take (s), 0)

/* Take one request with a compact header, and its payload.  Returns its
 * cookie; *type gets the command unless type is NULL. */
extern uint64_t server_request (struct server *s, uint16_t *type);

/* The client issues a read of 4 bytes, which must have this cookie, and the
 * server replies with "abcd".  The handle has not received this reply when
 * this returns. */
extern void server_serves_read (struct server *s, struct nbd_handle *h,
                                char *buf, nbd_completion_callback done,
                                int cookie);

/* Whether the client has closed its end, or shut down sending. */
extern bool server_sees_end (struct server *s);

/* Play a server without faults until transmission.  Options are granted as the
 * style says.  Each metadata context that is asked for is granted; the first
 * gets the id 1, the next 2 and so on. */
extern void server_handshake (struct server *s, enum style style,
                              uint64_t size, uint16_t flags);

/* The same from the first option on, without the greeting and the client's
 * flags. */
extern void server_options (struct server *s, enum style style, uint64_t size,
                            uint16_t flags);

/* Bring a handle into transmission: settings for the style, then the
 * handshake.  Metadata contexts may have been added to the handle before. */
extern void server_connect (struct server *s, struct nbd_handle *h,
                            enum style style, uint64_t size, uint16_t flags);

/* A new handle in transmission, with all flags and an export of 1 MiB. */
extern struct nbd_handle *server_handle (struct server *s, enum style style);

/* A new handle in option mode, after the greeting. */
extern struct nbd_handle *server_negotiates (struct server *s);

/* If set, it is called instead of server_handle. */
extern struct nbd_handle *(*server_handle_instead) (struct server *s,
                                                    enum style style);

/* Set up a handle so that the handshake results in the style. */
extern void set_style (struct nbd_handle *h, enum style style);

/* All transmission flags but READ_ONLY. */
#define FLAGS_ALL 0x1dfd

#endif /* SERVER_H */
