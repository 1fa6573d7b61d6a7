/* SPDX-License-Identifier: MIT */
/* Disks that can only be read and written in whole blocks.  A block may be
 * larger than the sectors of the partition table. */
#ifndef CONVERT_BLOCKS_H
#define CONVERT_BLOCKS_H

#include "gpt.h"

struct block_disk {
  struct disk disk; /* accepts any request within its size */
  struct disk *under;
  uint32_t block; /* size of a block, a power of two */
};

extern void blocks_begin (struct block_disk *b, struct disk *under,
                          uint32_t block);

#endif /* CONVERT_BLOCKS_H */
