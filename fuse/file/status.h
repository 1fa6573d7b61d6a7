/* SPDX-License-Identifier: MIT */
/* The block status of disks. */
#ifndef FUSE_STATUS_H
#define FUSE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "disk.h"
#include "extents.h"

struct query;

/* ---- walk.c: piece by piece ---- */

/* A walk over the block status of a disk from POSITION to its end. */
struct walk {
  struct disk *disk;
  uint64_t position;
  int64_t deadline_ms; /* no query is sent after this */
  /* Called for each extent.  True: stop, and leave the position where it
   * is. */
  bool (*visit) (struct walk *, uint64_t end, uint64_t flags);
  /* Called at the end.  COMPLETE: the walk came to the end of the disk, or
   * VISIT has stopped it. */
  void (*done) (struct walk *, bool complete);
  struct tool_walk questions; /* begins as 0 */
  struct query *query;        /* in flight, or NULL */
};
/* Start, or continue from the position where the walk ended before. */
extern void walk_start (struct walk *walk);
/* Let the walk end soon, without further queries. */
extern void walk_stop (struct walk *walk);
/* Free what a walk has; it is not started again. */
extern void walk_forget (struct walk *walk);

/* ---- blocks.c: how much is allocated at the server ---- */

/* Count what is allocated, then call DONE with the number of 512 byte blocks.
 * Ranges that are not known in time count as allocated, see blocks.c. */
extern void blocks_count (struct disk *disk,
                          void (*done) (void *opaque, uint64_t blocks),
                          void *opaque);
/* Milliseconds until blocks_expire has to be called, or -1. */
extern int blocks_timeout (void);
/* Answer those that have waited long enough. */
extern void blocks_expire (void);

#endif /* FUSE_STATUS_H */
