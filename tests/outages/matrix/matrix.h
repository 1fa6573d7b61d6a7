/* SPDX-License-Identifier: MIT */

/* All combinations of when and how a connection is lost, and of what comes
 * back. */

#ifndef OUTAGES_MATRIX_H
#define OUTAGES_MATRIX_H

#include <stdbool.h>
#include <stdint.h>

#include "brittle.h"

enum returns {
  THE_SAME,
  LARGER,
  SMALLER,
  READ_ONLY,
  WITHOUT_FLUSH,
  OTHER_CONTEXTS,
  OTHER_IDS,
  NEVER,
  NR_RETURNS
};

/* When in the life of a handle the connection is lost. */
enum phase {
  CONNECTING,   /* while it connects for the first time */
  RECONNECTING, /* while it reconnects after another outage */
  JOINING,      /* while a further connection is established */
  WORKING,      /* while a command is in flight */
  IDLE,         /* after a write */
  FLUSHED,      /* after a write and a flush */
};

struct row {
  unsigned number;
  enum phase phase;
  struct event event;
  const char *moment; /* in words */
  unsigned links;
  bool tls;
  enum returns returns;
};

enum ending {
  CONNECTS,     /* to whatever comes back */
  NEVER_STARTS, /* connecting fails */
  SURVIVES,     /* the program notices nothing */
  NO_OUTAGE,    /* other connections go on */
  IS_STALE,     /* the export is less than promised */
  IS_GIVEN_UP,  /* the timeout expires */
};

/* rows.c: the number of rows, and each of them; false if the row is not
 * needed. */
extern unsigned count_rows (void);
extern bool nth_row (unsigned n, struct row *row);
extern void describe_row (const struct row *row, char *text, size_t size);

/* How the row must end. */
extern enum ending expected (const struct row *row);

/* What the server says about its disk after the loss. */
extern struct face face_of (enum returns returns);

/* row.c: run it. */
extern void run_row (const struct row *row, const char *path);

#endif /* OUTAGES_MATRIX_H */
