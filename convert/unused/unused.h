/* SPDX-License-Identifier: MIT */
/* What of a disk nobody needs: blocks that its file systems have not given to
 * anything, extents that no logical volume has, and what is in swap.
 *
 * A part of the disk is looked at as a whole: whatever is odd about it, an
 * unclean journal, a wrong checksum, an unknown feature, keeps all of it.  So a
 * range is only unused if whoever owns it says so, and can be believed. */
#ifndef CONVERT_UNUSED_H
#define CONVERT_UNUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk;

/* ---- ranges.c ---- */

/* The room of a list is a power of two: give it room for one more. */
extern void *unused_grown (void *list, size_t count, size_t size);

struct unused_range {
  uint64_t start, end;
};

/* In order, with something between any two. */
struct unused {
  struct unused_range *ranges;
  size_t count;
  uint64_t bytes; /* of all */
};

/* Behind those that are there.  Nothing is added if START is not before
 * END. */
extern void unused_add (struct unused *u, uint64_t start, uint64_t end);
/* The first one that ends behind AT, or NULL. */
extern const struct unused_range *unused_from (const struct unused *u,
                                               uint64_t at);
/* Bring ranges into order that were added in any other, and share nothing. */
extern void unused_sort (struct unused *u);
extern void unused_free (struct unused *u);

/* ---- find.c ---- */

/* A part of the disk that was looked at. */
struct unused_area {
  unsigned number; /* of the partition; 0: the disk itself */
  /* A logical volume in it, as "group/volume", or NULL. */
  const char *volume;
  uint64_t start, length; /* START is 0 for a volume */
  const char *what; /* "ext4", "RAID", ...; NULL: nothing that is known */
  uint64_t unused;  /* bytes that need not be copied */
  const char *why;  /* it is kept as a whole; or NULL */
};

/* Look at all of the disk.  FOUND is called for each area.  -1 with *WHY, to
 * be freed, if the disk cannot be read; a damaged table is no such error, but
 * an area that is kept. */
extern int unused_find (struct disk *d, struct unused *u,
                        void (*found) (void *opaque,
                                       const struct unused_area *area),
                        void *opaque, char **why);

/* ---- source.c: for the engine ---- */

/* Let a source that is not read in order leave these ranges out: they are
 * holes.  They must outlive it. */
struct endpoint;
extern void unused_leave_out (struct endpoint *e, const struct unused *u);

#endif /* CONVERT_UNUSED_H */
