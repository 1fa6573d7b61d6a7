/* SPDX-License-Identifier: MIT */
/* Ranges of a disk, in order. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "unused/unused.h"

static void
make_room (struct unused *u)
{
  size_t room = u->room == 0 ? 64 : u->room * 2;
  struct unused_range *more = tool_alloc (room * sizeof *more);

  if (u->count > 0)
    memcpy (more, u->ranges, u->count * sizeof *more);
  free (u->ranges);
  u->ranges = more;
  u->room = room;
}

void
unused_add (struct unused *u, uint64_t start, uint64_t end)
{
  if (start >= end)
    return;
  u->bytes += end - start;
  if (u->count > 0 && u->ranges[u->count - 1].end == start) {
    u->ranges[u->count - 1].end = end;
    return;
  }
  if (u->count == u->room)
    make_room (u);
  u->ranges[u->count++] = (struct unused_range) { start, end };
}

const struct unused_range *
unused_from (const struct unused *u, uint64_t at)
{
  size_t low = 0, high = u->count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (u->ranges[middle].end > at)
      high = middle;
    else
      low = middle + 1;
  }
  return low < u->count ? &u->ranges[low] : NULL;
}

void
unused_free (struct unused *u)
{
  free (u->ranges);
  *u = (struct unused) { 0 };
}
