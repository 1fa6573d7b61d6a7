/* SPDX-License-Identifier: MIT */
/* One operation on a range, in as many parts as needed. */
#ifndef FUSE_COMMAND_H
#define FUSE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "completed.h"
#include "disk.h"

enum operation { READ, WRITE, TRIM, ZERO, FLUSH };

struct command {
  struct disk *disk;
  enum operation operation;
  uint32_t flags;
  uint64_t offset, end;
  char *data;                   /* of offset; unless zeroes are written */
  bool for_reader;              /* nothing that is written depends on it */
  void (*done) (struct command *);
  /* The rest is set by command_start. */
  uint64_t position;            /* what comes before was issued */
  unsigned parts;               /* not completed */
  int error;                    /* 0 or an errno for the user */
};
/* Begin.  DONE is called once, perhaps before this returns. */
extern void command_start (struct command *command);
extern unsigned changes_in_flight;      /* all but those for readers */

#endif /* FUSE_COMMAND_H */
