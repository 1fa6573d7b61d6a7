/* SPDX-License-Identifier: MIT */

/* The scripted server: the other end of a socket pair, driven by the
 * test itself.  With one thread everything is deterministic: what one
 * side writes the other can read at once. */

#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <libnbd.h>

#include "bytes.h"

struct server;

/* What lies between a server and its socket, such as TLS.  Both functions
 * behave as send and recv on a socket that does not block. */
struct server_transport {
  ssize_t (*send) (struct server *s, const void *p, size_t len);
  ssize_t (*receive) (struct server *s, void *p, size_t len);
  void (*close) (struct server *s);
};

struct server {
  int fd;                                   /* -1 when closed */
  const struct server_transport *transport; /* NULL: just the socket */
  void *tls;                                /* the transport's own */
  struct bytes in;                          /* received, not yet expected */
  struct nbd_handle *drives; /* pumped while the server waits */
  bool waits;                /* may wait: the client has its thread */
  bool gives_up;             /* a closed client is no failure */
  unsigned options;          /* bit of each option of the handshake */
};

enum style { SIMPLE, STRUCTURED, EXTENDED };

/* Make the pair and return the client's end. */
extern int server_pair (struct server *s);

/* Make the pair and give the client's end to nbd_aio_connect_socket. */
extern void server_open (struct server *s, struct nbd_handle *h);

/* Close, and forget what was received. */
extern void server_close (struct server *s);

/* No more bytes will come from the server, but it still receives. */
extern void server_half_close (struct server *s);

/* Send bytes, written in the notation. */
extern void server_say (struct server *s, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
extern void server_send (struct server *s, const void *p, size_t len);

/* Take what has arrived, without waiting; the length of all in s->in. */
extern size_t server_take (struct server *s);

/* Have at least n bytes in s->in, else fail. */
extern void server_need (struct server *s, size_t n);

/* These bytes must be the next ones from the client. */
extern void server_expect_at (const char *file, int line, struct server *s,
                              const char *fmt, ...)
  __attribute__ ((format (printf, 4, 5)));
#define server_expect(s, ...) \
  server_expect_at (__FILE__, __LINE__, (s), __VA_ARGS__)

/* The client must not have sent anything more. */
#define server_expect_nothing(s) CHECK_INT (server_take (s), 0)

/* Take one request with a compact header and its payload, and return its
 * cookie; *type gets the command if not NULL. */
extern uint64_t server_request (struct server *s, uint16_t *type);

/* The client issues a read of 4 bytes, which must be this command, and the
 * server answers it with "abcd".  Nothing is delivered after that. */
extern void server_serves_read (struct server *s, struct nbd_handle *h,
                                char *buf, nbd_completion_callback done,
                                int cookie);

/* The client must have closed, or shut down, its sending side. */
extern bool server_sees_end (struct server *s);

/* Play the friendly server until transmission.  Options are granted as
 * the style says; each metadata context asked for is granted, the first
 * with id 1, the next 2 and so on. */
extern void server_handshake (struct server *s, enum style style,
                              uint64_t size, uint16_t flags);

/* The same without the greeting and the client's flags. */
extern void server_options (struct server *s, enum style style, uint64_t size,
                            uint16_t flags);

/* A handle in transmission: settings for the style, then the handshake.
 * Metadata contexts may have been added to the handle before. */
extern void server_connect (struct server *s, struct nbd_handle *h,
                            enum style style, uint64_t size, uint16_t flags);

/* A new handle in transmission, all flags, with an export of 1 MiB. */
extern struct nbd_handle *server_handle (struct server *s, enum style style);

/* What server_handle does instead, if it is set. */
extern struct nbd_handle *(*server_handle_instead) (struct server *s,
                                                    enum style style);

/* Settings of a handle so that the handshake comes out in the style. */
extern void set_style (struct nbd_handle *h, enum style style);

/* All transmission flags but READ_ONLY. */
#define FLAGS_ALL 0x1dfd

#endif /* SERVER_H */
