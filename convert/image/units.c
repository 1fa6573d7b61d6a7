/* SPDX-License-Identifier: MIT */
/* Units: parts that are decoded together. */
#include <config.h>

#include <stdlib.h>

#include "image/pool.h"

/* Smaller parts are joined up to this size, so that the cost of a unit
 * matters little. */
#define UNIT (UINT64_C (256) << 10)

/* The index of the part behind the unit that begins with FIRST. */
static uint64_t
end_of_unit (const struct parts *parts, uint64_t first)
{
  uint64_t end = first + 1, size = parts->list[first].size;

  while (end < parts->count && size + parts->list[end].size <= UNIT)
    size += parts->list[end++].size;
  return end;
}

bool
units_make (struct pool *p)
{
  uint64_t count = 0, n = 0;

  for (uint64_t i = 0; i < p->parts.count; i = end_of_unit (&p->parts, i))
    count++;
  p->first = malloc ((count + 1) * sizeof *p->first);
  p->kept = calloc (count + 1, sizeof *p->kept);
  if (p->first == NULL || p->kept == NULL)
    return false;
  for (uint64_t i = 0; i < p->parts.count; i = end_of_unit (&p->parts, i))
    p->first[n++] = i;
  p->first[n] = p->parts.count;
  p->units = count;
  p->largest = units_largest (&p->parts);
  return true;
}

uint64_t
unit_start (const struct pool *p, uint64_t unit)
{
  return unit < p->units ? p->parts.list[p->first[unit]].at : p->parts.size;
}

uint64_t
unit_size (const struct pool *p, uint64_t unit)
{
  return unit_start (p, unit + 1) - unit_start (p, unit);
}

uint64_t
unit_at (const struct pool *p, uint64_t at)
{
  uint64_t low = 0, high = p->units;

  while (high - low > 1) {
    uint64_t middle = low + (high - low) / 2;
    if (unit_start (p, middle) <= at)
      low = middle;
    else
      high = middle;
  }
  return low;
}

uint64_t
units_largest (const struct parts *parts)
{
  return MAX (parts->largest, MIN (parts->size, UNIT));
}
