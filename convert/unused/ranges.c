/* SPDX-License-Identifier: MIT */
/* Sorted ranges of a disk. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "unused/unused.h"

void *
unused_grown (void *list, size_t count, size_t size)
{
  if ((count & (count - 1)) != 0)
    return list;
  void *more = tool_alloc ((count == 0 ? 1 : count * 2) * size);
  if (count > 0)
    memcpy (more, list, count * size);
  free (list);
  return more;
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
  u->ranges = unused_grown (u->ranges, u->count, sizeof *u->ranges);
  u->ranges[u->count++] = (struct unused_range) { start, end };
}

static int
by_start (const void *a, const void *b)
{
  const struct unused_range *x = a, *y = b;

  return (x->start > y->start) - (x->start < y->start);
}

void
unused_sort (struct unused *u)
{
  struct unused sorted = { 0 };

  if (u->count > 0)
    qsort (u->ranges, u->count, sizeof *u->ranges, by_start);
  for (size_t i = 0; i < u->count; i++)
    unused_add (&sorted, u->ranges[i].start, u->ranges[i].end);
  unused_free (u);
  *u = sorted;
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
