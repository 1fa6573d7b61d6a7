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

/* Walk over the block status of a disk from POSITION to its end. */
struct walk {
  struct disk *disk;
  uint64_t position;
  int64_t deadline_ms; /* no query is sent after this */
  /* True: stop, and leave the position where it is. */
  bool (*visit) (struct walk *, uint64_t end, uint64_t flags);
  /* At the end, when stopped, or with less than that if it cannot go on. */
  void (*done) (struct walk *, bool complete);
  struct tool_walk questions; /* begins as 0 */
  struct query *query;        /* under way, or NULL */
};
/* Also on from where it has ended. */
extern void walk_start (struct walk *walk);
/* Let it end soon, with what is known. */
extern void walk_stop (struct walk *walk);
/* It will not be started any more. */
extern void walk_forget (struct walk *walk);

/* ---- blocks.c: how much is allocated at the server ---- */

/* Count what is allocated, then call DONE with the number of 512 byte blocks;
 * what is not known after a moment counts as allocated, see blocks.c. */
extern void blocks_count (struct disk *disk,
                          void (*done) (void *opaque, uint64_t blocks),
                          void *opaque);
/* Milliseconds until blocks_expire has something to do, or -1. */
extern int blocks_timeout (void);
extern void blocks_expire (void);

#endif /* FUSE_STATUS_H */
