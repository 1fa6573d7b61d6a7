/* SPDX-License-Identifier: MIT */

/* Every combination of when and how a connection is lost, and of what comes
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

/* When in the life of a handle. */
enum phase {
  CONNECTING,   /* for the first time */
  RECONNECTING, /* after another outage */
  JOINING,      /* another connection */
  WORKING,      /* in a command */
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
  CONNECTS,     /* as whatever the server is */
  NEVER_STARTS, /* connecting fails */
  SURVIVES,     /* nothing is noticed */
  NO_OUTAGE,    /* the others go on */
  IS_STALE,     /* the promise is broken */
  IS_GIVEN_UP,  /* it took too long */
};

/* rows.c: how many there are, and each of them; false if it is nothing new. */
extern unsigned count_rows (void);
extern bool nth_row (unsigned n, struct row *row);
extern void describe_row (const struct row *row, char *text, size_t size);

/* How it must end. */
extern enum ending expected (const struct row *row);

/* What the server is after that. */
extern struct face face_of (enum returns returns);

/* row.c: run it. */
extern void run_row (const struct row *row, const char *path);

#endif /* OUTAGES_MATRIX_H */
