/* SPDX-License-Identifier: MIT */

/* A RAM disk behind a Unix socket or a port, whose server can be killed.  Then
 * all that was not flushed is lost, and nobody listens until the server is
 * started again. */

#ifndef MORTAL_H
#define MORTAL_H

#include "lasting.h"
#include "ram.h"

struct mortal_client;

struct mortal {
  struct ram ram;
  struct address address;
  bool listens;
  enum ram_style style;
  unsigned cut_after; /* of each connection, see ram.h; may be changed */
  pthread_t thread;   /* runs while the server listens */
  pthread_mutex_t lock;
  struct mortal_client *clients;
};

/* Make the disk and the address.  Nobody listens yet. */
extern void mortal_open (struct mortal *m, size_t size, bool tcp);

extern void mortal_start (struct mortal *m);

/* End all connections, and lose what was not flushed. */
extern void mortal_kill (struct mortal *m);

/* End all connections, and lose nothing. */
extern void mortal_cut (struct mortal *m);

/* End the server.  The disk can be read until mortal_free. */
extern void mortal_close (struct mortal *m);
extern void mortal_free (struct mortal *m);

#endif /* MORTAL_H */
