/* SPDX-License-Identifier: MIT */
/* A physical volume of LVM2, as it is on the disk. */
#ifndef CONVERT_LVM_H
#define CONVERT_LVM_H

#include "unused/lvm-text.h"
#include "unused/owner.h"

#define LVM_CRC UINT32_C (0xf597a6cf) /* what its checksums begin with */

/* ---- lvm-label.c ---- */

#define LVM_LABELS 2048u /* so many bytes have the label in one sector */
#define LVM_ID 32u
#define LVM_AREAS 32u /* more than its sector can list */

/* A part of the physical volume, in bytes. */
struct lvm_part {
  uint64_t start, length;
};

struct lvm_header {
  char id[LVM_ID];
  uint64_t data; /* where its extents begin */
  /* What LVM keeps for itself: first metadata, then what boots. */
  struct lvm_part own[LVM_AREAS];
  unsigned count, metadata;
};

extern bool lvm_has_label (struct area *a);
/* NULL, or what is odd, to be freed. */
extern char *lvm_read_header (struct area *a, struct lvm_header *h);

/* ---- lvm-metadata.c ---- */

/* The text of all metadata areas; TEXT's first byte is to be freed, if it is
 * not NULL.  NULL, or what is odd, to be freed. */
extern char *lvm_read_text (struct area *a, const struct lvm_header *h,
                            struct lvm_text *text);

/* ---- lvm-group.c ---- */

/* So many extents of this physical volume from FIRST on are those from AT on
 * of a logical volume. */
struct lvm_piece {
  uint64_t first, count;
  uint64_t at;
  size_t volume;
};

struct lvm_volume {
  struct lvm_text name;
  uint64_t extents;   /* all that it has on this physical volume */
  bool is_visible;    /* else it is a part of others */
  bool is_elsewhere;  /* some of it, or all */
  bool is_used;       /* by other volumes, as snapshots are made of it */
  struct lvm_text is; /* if not "striped" alone: of what type; else empty */
};

struct lvm_group {
  struct lvm_text name;
  uint64_t extent;         /* size of one, in bytes */
  uint64_t start, extents; /* of this physical volume, in bytes and number */
  struct lvm_volume *volumes;
  struct lvm_piece *pieces; /* of this physical volume, by FIRST */
  size_t nr_volumes, nr_pieces;
};

/* What the text says of the physical volume with this ID.  NULL, or what is
 * odd, to be freed.  The group is to be freed in any case; it needs the
 * text. */
extern char *lvm_read_group (struct lvm_text text, const char id[LVM_ID],
                             struct lvm_group *g);
extern void lvm_group_free (struct lvm_group *g);

#endif /* CONVERT_LVM_H */
