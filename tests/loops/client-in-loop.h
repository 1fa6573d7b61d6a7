/* SPDX-License-Identifier: MIT */
/* What the scenarios share: the servers, and a program that uses a handle. */

#ifndef CLIENT_IN_LOOP_H
#define CLIENT_IN_LOOP_H

#include "check.h"
#include "loop.h"
#include "mortal.h"

#define SIZE (4 << 20)
#define BLOCK 65536

extern struct mortal server, tcp_server;
extern void *loop;
extern int running; /* handles until the loop may quit */

/* What a program knows about a handle. */
struct client {
  struct nbd_handle *h;
  void *watch;
  int wanted; /* reads in all */
  int issued;
  int completed; /* without error */
  int changes;   /* calls of on_change */
  int error;     /* in the last of them */
  int ends;      /* how often the end was reported */
  int kills;     /* kills of its server, plus 1 */
  char buf[BLOCK];
};

/* A completion that must have no error. */
extern nbd_completion_callback without_error (struct client *c);

/* Keep some reads in flight, until all that are wanted are issued. */
extern void issue (struct client *c);

extern bool is_connected (struct nbd_handle *h);
extern bool has_ended (struct nbd_handle *h);

/* on_change: read all that is wanted, then disconnect. */
extern void read_all (struct nbd_handle *h, int error, void *data);

/* Connect, unless that was done, and give the handle to the loop. */
extern void start (struct client *c,
                   void (*on_change) (struct nbd_handle *h, int error,
                                      void *data));

/* Remove the handle from the loop, and close it. */
extern void stop (struct client *c);

extern void quit (void *data);

/* Scenarios of handles that do not find their server, or lose it. */
extern void handles_are_replaced_in_their_callback (void);
extern void refused_handles_try_again (void);
extern void deadlines_need_no_timer (void);

#endif /* CLIENT_IN_LOOP_H */
