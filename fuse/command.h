/* SPDX-License-Identifier: MIT */
/* Commands to servers, and functions that are called after their
 * completion. */
#ifndef FUSE_COMMAND_H
#define FUSE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "disk.h"

/* ---- callbacks that run in the loop ---- */

/* A completion callback runs inside of libnbd, with the handle locked.  So it
 * only adds its struct to a list, and the loop calls FUNCTION afterwards.  A
 * command that failed is not retired by the callback, so that the library can
 * still tell the reason. */
struct completed {
  struct completed *next;
  void (*function) (struct completed *);
  int error;
};
/* Add to the list. */
extern void completed_later (struct completed *completed);
/* Call all functions in the list; false if it was empty. */
extern bool completed_run (void);

/* ---- one operation on a range, in as many parts as needed ---- */

enum operation { READ, WRITE, TRIM, ZERO, FLUSH };
struct part;

struct command {
  struct disk *disk;
  enum operation operation;
  uint32_t flags;
  uint64_t offset, end;
  char *data;      /* at OFFSET; NULL if zeroes are written */
  bool for_reader; /* no change of data depends on it */
  void (*done) (struct command *);
  /* The rest is set by command_start. */
  uint64_t position; /* all before it was issued */
  unsigned parts;    /* that are not completed */
  struct part *in_flight;
  int error; /* 0 or an errno for the user */
};
/* Begin.  DONE is called once, possibly before this returns. */
extern void command_start (struct command *command);
/* Let a command that is not over end soon, with EINTR. */
extern void command_cancel (struct command *command);

#endif /* FUSE_COMMAND_H */
