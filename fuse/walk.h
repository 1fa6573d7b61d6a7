/* SPDX-License-Identifier: MIT */
/* The block status of a disk. */
#ifndef FUSE_WALK_H
#define FUSE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "disk.h"
#include "extents.h"

/* Walk over the block status of a disk from POSITION to its end. */
struct walk {
  struct disk *disk;
  uint64_t position;
  int64_t deadline_ms;          /* no query is sent after this */
  /* True: stop, and leave the position where it is. */
  bool (*visit) (struct walk *, uint64_t end, uint64_t flags);
  /* At the end, when stopped, or with less than that if it cannot go on. */
  void (*done) (struct walk *, bool complete);
  struct tool_walk questions;   /* begins as 0 */
};
/* Also on from where it has ended. */
extern void walk_start (struct walk *walk);
/* It will not be started any more. */
extern void walk_forget (struct walk *walk);

#endif /* FUSE_WALK_H */
