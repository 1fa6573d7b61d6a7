/* SPDX-License-Identifier: MIT */
/* Owners of areas of a disk, for the files of this directory. */
#ifndef CONVERT_OWNER_H
#define CONVERT_OWNER_H

#include "disk/gpt.h"
#include "unused/unused.h"

/* ---- area.c ---- */

/* A range of a disk, as its owner sees it. */
struct area {
  struct disk *disk;
  uint64_t start, length;
  /* Why the disk could not be read, to be freed, or NULL.  After an error
   * nothing more is read. */
  char *failed;
};

/* Returns 0, or -1 if the range is beyond the area or the disk, or with
 * FAILED. */
extern int area_read (struct area *a, void *buffer, uint64_t length,
                      uint64_t offset);

/* ---- volume.c ---- */

struct volume_piece {
  uint64_t at;            /* offset in the volume */
  uint64_t start, length; /* range of the area */
};

/* A disk that consists of pieces of an area. */
struct volume {
  struct disk disk;
  const struct area *under;
  char *name;
  char *kept; /* why its content cannot be examined, or NULL */
  struct volume_piece *pieces;
  size_t count;
};

struct volumes {
  struct volume *list;
  size_t count;
};

/* Add a volume without pieces, which takes NAME over.  The result is valid
 * until the next volume is added. */
extern struct volume *volumes_add (struct volumes *v,
                                   const struct area *under, char *name);
extern void volume_add_piece (struct volume *v, uint64_t start,
                              uint64_t length);
/* Add the places, on the disk of the area, of ranges that are unused in the
 * volume.  They are not sorted. */
extern void volume_add_unused (const struct volume *v,
                               const struct unused *inside, struct unused *u);
extern void volumes_free (struct volumes *v);

/* ---- owners ---- */

struct owner {
  /* What the owner calls the area, such as "ext4", or NULL if it is not the
   * owner's. */
  const char *(*look) (struct area *a);
  /* Add unused ranges, as offsets on the disk, and VOLUMES to be examined.
   * Returns NULL, or why the whole area has to be kept, to be freed. */
  char *(*find) (struct area *a, struct unused *u, struct volumes *volumes);
};

extern const struct owner owner_ext, owner_lvm, owner_raid, owner_swap;

/* ---- swap.c ---- */

/* The size of the pages of the machine that made the swap.  0 if there is no
 * swap, or a machine has hibernated into it. */
extern uint32_t swap_page_size (struct area *a);

#endif /* CONVERT_OWNER_H */
