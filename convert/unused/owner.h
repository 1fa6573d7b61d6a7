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

/* ---- volume.c ---- */

struct volume_piece {
  uint64_t at;            /* in the volume */
  uint64_t start, length; /* in the area */
};

/* A disk that consists of pieces of an area. */
struct volume {
  struct disk disk;
  const struct area *under;
  char *name;
  char *kept; /* why nobody can look into it, or NULL */
  struct volume_piece *pieces;
  size_t count;
};

struct volumes {
  struct volume *list;
  size_t count;
};

/* One more, without pieces.  It takes NAME, and is there until the next one is
 * added. */
extern struct volume *volumes_add (struct volumes *v,
                                   const struct area *under, char *name);
extern void volume_add_piece (struct volume *v, uint64_t start,
                              uint64_t length);
/* Add the places in its area's disk of what is unused in it; not in order. */
extern void volume_add_unused (const struct volume *v,
                               const struct unused *inside, struct unused *u);
extern void volumes_free (struct volumes *v);

/* ---- those who own ---- */

struct owner {
  /* What it is, as "ext4", or NULL if it is not one of these. */
  const char *(*look) (struct area *a);
  /* Add what is unused, from the beginning of the disk on, and VOLUMES that
   * others may look into.  NULL, or why all of it is to be kept, to be
   * freed. */
  char *(*find) (struct area *a, struct unused *u, struct volumes *volumes);
};

extern const struct owner owner_ext, owner_lvm, owner_raid, owner_swap;

/* ---- swap.c ---- */

/* Of swap, the size of a page of the machine that made it; 0: there is none, or
 * a machine hibernates in it. */
extern uint32_t swap_page_size (struct area *a);

#endif /* CONVERT_OWNER_H */
