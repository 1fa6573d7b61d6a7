/* SPDX-License-Identifier: MIT */

/* Conversations with the scripted server that lead a handle through all
 * states.  The connection may be dropped in the middle of a conversation: from
 * there on the server sends nothing, and the calls that follow may fail. */

#ifndef CONVERSATIONS_H
#define CONVERSATIONS_H

#include <stdbool.h>

#include "client.h"
#include "server.h"

/* The conversation that is held at present. */
struct talk {
  struct server s;
  struct nbd_handle *h;
  int listener; /* -1 if there is none */
  bool dropped;
  void (*rests) (void); /* called when the client has read all */
};

extern struct talk talk;

struct conversation {
  const char *name;
  void (*prepare) (struct nbd_handle *h); /* or NULL */
  void (*hold) (struct nbd_handle *h);
  const char *state; /* the state at the end, if nothing was dropped */
  bool connects;     /* the conversation connects by itself */
};

extern const struct conversation conversations[];
extern const unsigned nr_conversations;

/* The server sends this, byte by byte. */
extern void say (const char *fmt, ...)
  __attribute__ ((format (printf, 1, 2)));

/* Use TLS from here on.  Without TLS in the library, these do nothing. */
extern void prepare_tls (struct nbd_handle *h);
extern void agree_to_tls (struct nbd_handle *h);
extern bool tls_is_possible (void);

/* The closures and commands of a conversation: forget those of the last one,
 * and check, when the handle is closed, that each was freed once and that each
 * command ended once. */
extern void begin_closures (void);
extern void check_closures (void);

#endif /* CONVERSATIONS_H */
