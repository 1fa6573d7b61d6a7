/* SPDX-License-Identifier: MIT */
/* Sets of positions. */
#ifndef COPY_RANGES_H
#define COPY_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
  uint64_t start, end;
};
struct ranges {
  struct range *list;
  size_t count, room;
};

/* Add all positions from START to before END. */
extern void ranges_add (struct ranges *r, uint64_t start, uint64_t end);
/* Find the first range between START and END that is not in the set.  False if
 * there is none. */
extern bool ranges_gap (const struct ranges *r, uint64_t start, uint64_t end,
                        struct range *gap);
extern void ranges_merge (struct ranges *into, const struct ranges *from);
extern void ranges_clear (struct ranges *r);
extern void ranges_remove (struct ranges *r, uint64_t start, uint64_t end);
/* How many of the positions from START to before END are in the set. */
extern uint64_t ranges_count (const struct ranges *r, uint64_t start,
                              uint64_t end);

#endif /* COPY_RANGES_H */
