/* SPDX-License-Identifier: MIT */
/* Unused ranges of a disk: blocks that are free in its file systems, extents
 * that belong to no logical volume, and the content of swap.
 *
 * If anything is unusual about a partition, such as an unclean journal, a
 * wrong checksum or an unknown feature, the whole partition is kept.  So a
 * range is only unused if its owner says so and can be trusted. */
#ifndef CONVERT_UNUSED_H
#define CONVERT_UNUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk;

/* ---- ranges.c ---- */

/* Make space for one more element in a list, whose capacity is a power of
 * two.  Returns the list. */
extern void *unused_grown (void *list, size_t count, size_t size);

struct unused_range {
  uint64_t start, end;
};

/* Sorted ranges, which neither touch nor overlap. */
struct unused {
  struct unused_range *ranges;
  size_t count;
  uint64_t bytes; /* sum of all ranges */
};

/* Append a range.  An empty range is not added. */
extern void unused_add (struct unused *u, uint64_t start, uint64_t end);
/* The first range that ends behind AT, or NULL. */
extern const struct unused_range *unused_from (const struct unused *u,
                                               uint64_t at);
/* Sort ranges that were added in any order.  They must not overlap. */
extern void unused_sort (struct unused *u);
extern void unused_free (struct unused *u);

/* ---- find.c ---- */

/* An area of the disk that was examined. */
struct unused_area {
  unsigned number; /* of the partition; 0: the whole disk */
  /* Logical volume in it, such as "group/volume", or NULL. */
  const char *volume;
  uint64_t start, length; /* on the disk; START is 0 for a volume */
  const char *what;       /* "ext4", "RAID", ...; NULL: not known */
  uint64_t unused;        /* bytes that need not be copied */
  const char *why;        /* why the whole area is kept; or NULL */
};

/* Examine the whole disk.  FOUND is called for each area.  Returns 0, or -1
 * with *WHY, to be freed, if the disk cannot be read.  A damaged table is no
 * error: it keeps the whole disk. */
extern int unused_find (struct disk *d, struct unused *u,
                        void (*found) (void *opaque,
                                       const struct unused_area *area),
                        void *opaque, char **why);

/* ---- source.c: for the engine ---- */

/* Let a source that is read at random show these ranges as holes.  U must
 * outlive the source. */
struct endpoint;
extern void unused_leave_out (struct endpoint *e, const struct unused *u);

#endif /* CONVERT_UNUSED_H */
