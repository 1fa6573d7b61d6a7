/* SPDX-License-Identifier: MIT */
/* Those who own parts of a disk, for the files of this folder. */
#ifndef CONVERT_OWNER_H
#define CONVERT_OWNER_H

#include "disk/gpt.h"
#include "unused/unused.h"

/* ---- area.c ---- */

/* A part of a disk, as its owner sees it. */
struct area {
  struct disk *disk;
  uint64_t start, length;
  /* The disk could not be read: this says why, to be freed; and nothing is
   * found out any more. */
  char *failed;
};

/* 0, or -1: it is beyond the area or the disk, or that has failed. */
extern int area_read (struct area *a, void *buffer, uint64_t length,
                      uint64_t offset);

struct owner {
  /* What it is, as "ext4", or NULL if it is not one of these. */
  const char *(*look) (struct area *a);
  /* Add what is unused, from the beginning of the disk on.  NULL, or why all
   * of it is to be kept, to be freed. */
  char *(*find) (struct area *a, struct unused *u);
};

extern const struct owner owner_ext, owner_swap;

/* ---- swap.c ---- */

/* Of swap, the size of a page of the machine that made it; 0: there is none, or
 * a machine hibernates in it. */
extern uint32_t swap_page_size (struct area *a);

#endif /* CONVERT_OWNER_H */
