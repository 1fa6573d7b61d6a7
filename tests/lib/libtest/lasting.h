/* SPDX-License-Identifier: MIT */

/* Servers that come and go at an address, for handles that stay connected. */

#ifndef LASTING_H
#define LASTING_H

#include <netinet/in.h>

#include "check.h"
#include "client.h"
#include "server.h"

/* A Unix socket in a directory of its own, or a port of 127.0.0.1. */
struct address {
  int listener; /* -1: nobody listens */
  int holder;   /* a socket that keeps the port; -1: there is none */
  char dir[64];
  char path[80];
  struct sockaddr_in in;
  char port[8];
};

/* Make the directory, or choose a port.  Nobody listens yet. */
extern void address_open (struct address *a);
extern void address_open_tcp (struct address *a);
extern void address_listen (struct address *a);

/* Close the listening socket, so that connecting is refused. */
extern void address_leave (struct address *a);
extern void address_close (struct address *a);

/* Wait for a client that has its own thread, and become its server. */
extern void server_awaits (struct server *s, const struct address *a);

/* Become the server of a client that has connected, without waiting.  Returns
 * false if there is none. */
extern bool server_is_asked (struct server *s, const struct address *a);

/* Drive the handle until it has connected to the address. */
extern void server_accept (struct server *s, const struct address *a,
                           struct nbd_handle *h);

/* The same, then the handshake, until the handle is connected. */
extern void server_serves (struct server *s, const struct address *a,
                           struct nbd_handle *h, enum style style,
                           uint64_t size, uint16_t flags);

/* Reply to the handle's choice of an export with this, and close the
 * connection. */
extern void server_refuses (const struct address *a, struct nbd_handle *h,
                            const char *reply);

/* A handle that stays connected, with a quarantine of 0. */
extern struct nbd_handle *patient_handle (void);

/* Connect such a handle to a server at a new address, with this style, these
 * flags and a size of 1 MiB. */
extern void lasting_connect (struct nbd_handle *h, struct server *s,
                             struct address *a, enum style style,
                             uint16_t flags);

/* Close the handle, the server and the address. */
extern void lasting_close (struct nbd_handle *h, struct server *s,
                           struct address *a);

/* A patient handle that is connected to such a server, with all flags. */
extern struct nbd_handle *lasting_handle (struct server *s, struct address *a,
                                          enum style style);

/* The server closes the connection, and an equal one serves the handle when it
 * reconnects. */
extern void server_restarts (struct server *s, const struct address *a,
                             struct nbd_handle *h, enum style style);

/* Drive the handle until it is in this state. */
extern void drive_until (struct nbd_handle *h, const char *state);
/* Drive the handle until it is ready, and serve a read with a simple reply. */
extern void is_served (struct server *s, struct nbd_handle *h);

/* Drive the handle until the command has completed.  Returns the result of
 * nbd_aio_command_completed. */
extern int drive_command (struct nbd_handle *h, int64_t cookie);

/* A command's cookie on the wire.  The first attempt to connect has the number
 * 0. */
#define WIRE(attempt, cookie) \
  ((unsigned long long) (attempt) << 48 | (unsigned long long) (cookie))

/* What the event callback got: letters that stand for the events, CLABGU, and
 * the last message of each event. */
struct events {
  struct calls calls;
  char letters[32];
  char message[6][512];
  int64_t value[6];
};

extern nbd_event_callback events (struct events *e);

#endif /* LASTING_H */
