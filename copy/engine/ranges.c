/* SPDX-License-Identifier: MIT */
/* Sets of positions as sorted, disjoint ranges.  Copies run nearly in order,
 * so a set has few ranges, and most additions are near its end. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "engine/ranges.h"
#include "tool.h"

/* The first range that ends at POSITION or behind it. */
static size_t
find (const struct ranges *r, uint64_t position)
{
  size_t low = 0, high = r->count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (r->list[middle].end < position)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void
make_room (struct ranges *r)
{
  if (r->count < r->room)
    return;
  r->room = r->room == 0 ? 16 : 2 * r->room;
  r->list = realloc (r->list, r->room * sizeof r->list[0]);
  if (r->list == NULL)
    tool_fail ("out of memory for %zu ranges", r->room);
}

void
ranges_add (struct ranges *r, uint64_t start, uint64_t end)
{
  if (start >= end)
    return;
  size_t i = find (r, start), last = i;

  while (last < r->count && r->list[last].start <= end) {
    start = MIN (start, r->list[last].start);
    end = MAX (end, r->list[last].end);
    last++;
  }
  if (last == i) {
    make_room (r);
    memmove (r->list + i + 1, r->list + i,
             (r->count - i) * sizeof r->list[0]);
    r->count++;
  }
  else {
    memmove (r->list + i + 1, r->list + last,
             (r->count - last) * sizeof r->list[0]);
    r->count -= last - i - 1;
  }
  r->list[i] = (struct range) { start, end };
}

bool
ranges_gap (const struct ranges *r, uint64_t start, uint64_t end,
            struct range *gap)
{
  size_t i = find (r, start + 1);

  if (i < r->count && r->list[i].start <= start) {
    start = r->list[i].end;
    i++;
  }
  if (start >= end)
    return false;
  gap->start = start;
  gap->end = i < r->count ? MIN (end, r->list[i].start) : end;
  return true;
}

uint64_t
ranges_count (const struct ranges *r, uint64_t start, uint64_t end)
{
  uint64_t count = end - start;
  struct range gap;

  for (; ranges_gap (r, start, end, &gap); start = gap.end)
    count -= gap.end - gap.start;
  return count;
}

void
ranges_remove (struct ranges *r, uint64_t start, uint64_t end)
{
  struct ranges rest = { .count = 0 };

  for (size_t i = 0; i < r->count; i++) {
    const struct range *old = &r->list[i];
    ranges_add (&rest, old->start, MIN (old->end, start));
    ranges_add (&rest, MAX (old->start, end), old->end);
  }
  ranges_clear (r);
  *r = rest;
}

void
ranges_merge (struct ranges *into, const struct ranges *from)
{
  for (size_t i = 0; i < from->count; i++)
    ranges_add (into, from->list[i].start, from->list[i].end);
}

void
ranges_clear (struct ranges *r)
{
  free (r->list);
  *r = (struct ranges) { .count = 0 };
}
