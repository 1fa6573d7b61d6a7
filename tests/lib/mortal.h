/* SPDX-License-Identifier: MIT */

/* A RAM disk behind a Unix socket or a port, whose server can be killed: then
 * all that was not flushed is lost, and nobody listens until it is started
 * again. */

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
  unsigned cut_after; /* of each connection, see ram.h; may change */
  pthread_t thread;   /* while it listens */
  pthread_mutex_t lock;
  struct mortal_client *clients;
};

/* Make the disk and the address; nobody listens yet. */
extern void mortal_open (struct mortal *m, size_t size, bool tcp);

extern void mortal_start (struct mortal *m);

/* End all connections, and what was not flushed. */
extern void mortal_kill (struct mortal *m);

/* End all connections, and nothing else. */
extern void mortal_cut (struct mortal *m);

/* The server ends; the disk can be looked at until mortal_free. */
extern void mortal_close (struct mortal *m);
extern void mortal_free (struct mortal *m);

#endif /* MORTAL_H */
