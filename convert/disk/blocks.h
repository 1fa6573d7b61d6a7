/* SPDX-License-Identifier: MIT */
/* Disks that can only be read and written by whole blocks, which may be
 * larger than the sectors of their partition table. */
#ifndef CONVERT_BLOCKS_H
#define CONVERT_BLOCKS_H

#include "gpt.h"

struct block_disk {
  struct disk disk; /* takes everything, as far as whole blocks go */
  struct disk *under;
  uint32_t block; /* size of one, a power of two */
};

extern void blocks_begin (struct block_disk *b, struct disk *under,
                          uint32_t block);

#endif /* CONVERT_BLOCKS_H */
