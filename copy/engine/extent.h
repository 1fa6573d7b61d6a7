/* SPDX-License-Identifier: MIT */
/* Extents, in positions of the copy, and queues of them. */
#ifndef COPY_EXTENT_H
#define COPY_EXTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind {
  UNMAPPED, /* not asked for yet */
  DATA,
  ZERO, /* reads as zeroes */
  SKIP, /* not selected, not to be touched */
};

struct extent {
  uint64_t start, end;
  enum kind kind;
  bool again;      /* it was copied before, and was counted then */
  bool has_digest; /* for verification */
  uint64_t digest;
};

/* A queue of extents. */
struct extents {
  struct extent *list;
  size_t head, count, room;
};

extern void extents_push (struct extents *e, struct extent extent);
/* The first one, or NULL. */
extern struct extent *extents_first (struct extents *e);
/* Remove the first one. */
extern void extents_drop (struct extents *e);
extern void extents_free (struct extents *e);
/* Append, joined with the last one if it is the same kind. */
extern void extents_join (struct extents *e, uint64_t start, uint64_t end,
                          enum kind kind);

#endif /* COPY_EXTENT_H */
