/* SPDX-License-Identifier: MIT */
/* Commands to servers, and what happens after them. */
#ifndef FUSE_COMMAND_H
#define FUSE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "disk.h"

/* ---- callbacks that run in the loop ---- */

/* A completion callback runs inside of libnbd, with the handle locked.  So it
 * only leaves word here, and the loop calls FUNCTION afterwards.  What failed
 * is not retired, so that the library can still say why. */
struct completed {
  struct completed *next;
  void (*function) (struct completed *);
  int error;
};
extern void completed_later (struct completed *completed);
extern bool completed_run (void); /* there was something */

/* ---- one operation on a range, in as many parts as needed ---- */

enum operation { READ, WRITE, TRIM, ZERO, FLUSH };
struct part;

struct command {
  struct disk *disk;
  enum operation operation;
  uint32_t flags;
  uint64_t offset, end;
  char *data;      /* of offset; unless zeroes are written */
  bool for_reader; /* nothing that is written depends on it */
  void (*done) (struct command *);
  /* The rest is set by command_start. */
  uint64_t position; /* what comes before was issued */
  unsigned parts;    /* not completed */
  struct part *in_flight;
  int error; /* 0 or an errno for the user */
};
/* Begin.  DONE is called once, perhaps before this returns. */
extern void command_start (struct command *command);
/* End it soon, unless it is over, with this errno. */
extern void command_cancel (struct command *command, int error);

#endif /* FUSE_COMMAND_H */
