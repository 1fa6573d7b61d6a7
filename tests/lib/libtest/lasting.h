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
  int holder;   /* keeps the port; -1: there is none */
  char dir[64];
  char path[80];
  struct sockaddr_in in;
  char port[8];
};

/* Make the directory, or have a port; nobody listens yet. */
extern void address_open (struct address *a);
extern void address_open_tcp (struct address *a);
extern void address_listen (struct address *a);

/* Nobody listens any more: connecting is refused. */
extern void address_leave (struct address *a);
extern void address_close (struct address *a);

/* Wait for a client, which has a thread: be the server. */
extern void server_awaits (struct server *s, const struct address *a);

/* Whether somebody has connected to the address; nobody waits. */
extern bool server_is_asked (struct server *s, const struct address *a);

/* Drive the handle until it has connected to the address. */
extern void server_accept (struct server *s, const struct address *a,
                           struct nbd_handle *h);

/* The same with the handshake, until the handle is connected. */
extern void server_serves (struct server *s, const struct address *a,
                           struct nbd_handle *h, enum style style,
                           uint64_t size, uint16_t flags);

/* Answer the handle's wish for the export with this, and leave. */
extern void server_refuses (const struct address *a, struct nbd_handle *h,
                            const char *reply);

/* A handle that stays connected, without quarantine. */
extern struct nbd_handle *patient_handle (void);

/* Connect such a handle to a server at an address that is new, in this style,
 * with these flags and 1 MiB. */
extern void lasting_connect (struct nbd_handle *h, struct server *s,
                             struct address *a, enum style style,
                             uint16_t flags);

/* The end of all three. */
extern void lasting_close (struct nbd_handle *h, struct server *s,
                           struct address *a);

/* A patient handle that is connected to such a server, with all flags. */
extern struct nbd_handle *lasting_handle (struct server *s, struct address *a,
                                          enum style style);

/* The server is lost, and another one comes that is like it. */
extern void server_restarts (struct server *s, const struct address *a,
                             struct nbd_handle *h, enum style style);

/* Drive the handle until it is in this state. */
extern void drive_until (struct nbd_handle *h, const char *state);
/* Do so until it is ready and carry out a read, in simple replies. */
extern void is_served (struct server *s, struct nbd_handle *h);

/* Drive the handle until the command has completed; what
 * nbd_aio_command_completed returns then. */
extern int drive_command (struct nbd_handle *h, int64_t cookie);

/* A command's cookie on the wire, on the how manieth attempt to connect; the
 * first is 0. */
#define WIRE(attempt, cookie) \
  ((unsigned long long) (attempt) << 48 | (unsigned long long) (cookie))

/* What the event callback was told: letters of their names, CLABGU, and the
 * last message of each. */
struct events {
  struct calls calls;
  char letters[32];
  char message[6][512];
  int64_t value[6];
};

extern nbd_event_callback events (struct events *e);

#endif /* LASTING_H */
