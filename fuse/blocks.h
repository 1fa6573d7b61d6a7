/* SPDX-License-Identifier: MIT */
/* How much of a disk is allocated at the server. */
#ifndef FUSE_BLOCKS_H
#define FUSE_BLOCKS_H

#include <stdint.h>

#include "disk.h"

/* Count what is allocated, then call DONE with the number of 512 byte blocks;
 * what is not known after a moment counts as allocated, see blocks.c. */
extern void blocks_count (struct disk *disk,
                          void (*done) (void *opaque, uint64_t blocks),
                          void *opaque);
/* Milliseconds until blocks_expire has something to do, or -1. */
extern int blocks_timeout (void);
extern void blocks_expire (void);

#endif /* FUSE_BLOCKS_H */
