/* SPDX-License-Identifier: MIT */

/* A tree of 65,536 ranges is not deep, in whatever order they were added:
 * each range is found in few steps.  All of them cross granules, because
 * others would be in lists. */

#include "unsettled.h"

#define NR 65536

static struct nbdi_range ranges[NR];

static void
check_depth (const char *name, uint64_t step)
{
  struct nbdi_ranges tree = { 0 };
  size_t deepest = 0;

  check_case ("%s", name);
  for (size_t i = 0; i < NR; i++) {
    ranges[i].offset = i * step % NR * NBDI_GRANULE + NBDI_GRANULE - 1;
    ranges[i].count = 4096;
    nbdi_add_range (&tree, &ranges[i]);
  }
  for (size_t i = 0; i < NR; i++) {
    size_t depth = 0;
    for (struct nbdi_range *r = &ranges[i]; r != NULL; r = r->parent)
      depth++;
    if (depth > deepest)
      deepest = depth;
  }
  CHECK (deepest < 64);
}

void
test (void)
{
  check_depth ("upwards", 1);
  check_depth ("downwards", NR - 1);
  check_depth ("here and there", 40503);
}
