/* SPDX-License-Identifier: MIT */
/* A physical volume of LVM2, as it is on the disk. */
#ifndef CONVERT_LVM_H
#define CONVERT_LVM_H

#include "unused/lvm-text.h"
#include "unused/owner.h"

#define LVM_CRC UINT32_C (0xf597a6cf) /* initial value of its checksums */

/* ---- lvm-label.c ---- */

#define LVM_LABELS 2048u /* bytes in which the label may be */
#define LVM_ID 32u
#define LVM_AREAS 32u /* more than fit into the sector */

/* A range of the physical volume, in bytes. */
struct lvm_part {
  uint64_t start, length;
};

struct lvm_header {
  char id[LVM_ID];
  uint64_t data; /* offset of the first extent */
  /* The areas that LVM uses for itself: METADATA areas for metadata, then
   * those for boot loaders. */
  struct lvm_part own[LVM_AREAS];
  unsigned count, metadata;
};

extern bool lvm_has_label (struct area *a);
/* Returns NULL, or what is odd; to be freed. */
extern char *lvm_read_header (struct area *a, struct lvm_header *h);

/* ---- lvm-metadata.c ---- */

/* Get the metadata, which is the same in all areas.  TEXT->at is to be freed
 * if it is not NULL.  Returns NULL, or what is odd; to be freed. */
extern char *lvm_read_text (struct area *a, const struct lvm_header *h,
                            struct lvm_text *text);

/* ---- lvm-group.c ---- */

/* COUNT extents of this physical volume, from FIRST on, which are the extents
 * from AT on of a logical volume. */
struct lvm_piece {
  uint64_t first, count;
  uint64_t at;
  size_t volume;
};

struct lvm_volume {
  struct lvm_text name;
  bool is_visible;    /* otherwise it is a part of other volumes */
  bool is_elsewhere;  /* at least partly on other physical volumes */
  bool is_used;       /* other volumes consist of it, such as snapshots */
  struct lvm_text is; /* its type, if it is not simply linear; else empty */
};

struct lvm_group {
  struct lvm_text name;
  uint64_t extent;         /* bytes of an extent */
  uint64_t start, extents; /* of this physical volume: offset of the first
                              extent, and number */
  struct lvm_volume *volumes;
  struct lvm_piece *pieces; /* of this physical volume, sorted by FIRST */
  size_t nr_volumes, nr_pieces;
};

/* Read what the text says of the physical volume with this ID.  Returns NULL,
 * or what is odd; to be freed.  The group is to be freed in any case.  It
 * refers to the text. */
extern char *lvm_read_group (struct lvm_text text, const char id[LVM_ID],
                             struct lvm_group *g);
extern void lvm_group_free (struct lvm_group *g);

#endif /* CONVERT_LVM_H */
