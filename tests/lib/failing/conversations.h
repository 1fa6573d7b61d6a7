/* SPDX-License-Identifier: MIT */

/* Conversations with the scripted server that lead a handle through all
 * states between them.  The connection may be dropped in the midst of one:
 * then the server falls silent, and whatever calls follow may fail. */

#ifndef CONVERSATIONS_H
#define CONVERSATIONS_H

#include <stdbool.h>

#include "client.h"
#include "server.h"

/* The one that is held at present. */
struct talk {
  struct server s;
  struct nbd_handle *h;
  int listener; /* -1 when there is none */
  bool dropped;
  void (*rests) (void); /* called when all that was sent is read */
};

extern struct talk talk;

struct conversation {
  const char *name;
  void (*prepare) (struct nbd_handle *h); /* or NULL */
  void (*hold) (struct nbd_handle *h);
  const char *state; /* at the end, if nothing was dropped */
  bool connects;     /* by itself */
};

extern const struct conversation conversations[];
extern const unsigned nr_conversations;

/* The server says this, byte by byte. */
extern void say (const char *fmt, ...)
  __attribute__ ((format (printf, 1, 2)));

/* Encrypt what follows; what cannot be without TLS does nothing. */
extern void prepare_tls (struct nbd_handle *h);
extern void agree_to_tls (struct nbd_handle *h);
extern bool tls_is_possible (void);

/* Closures and commands of the conversation: forget those of the last one,
 * and check that each ended once, now that the handle is closed. */
extern void begin_closures (void);
extern void check_closures (void);

#endif /* CONVERSATIONS_H */
