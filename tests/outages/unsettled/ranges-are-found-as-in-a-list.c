/* SPDX-License-Identifier: MIT */

/* The ranges that overlap a given range are found, each once, exactly as a
 * search through all of them finds them.  The ranges are small and large,
 * within a granule of the export and across two, on a part of the export and
 * all over it, at both ends of the 64-bit offsets, beyond the last byte, and
 * empty. */

#include "unsettled.h"

#define MOST 2000

static struct nbdi_ranges set;
static struct nbdi_range ranges[MOST];
static bool used[MOST], found[MOST];

/* The part of the export that they are on: one granule, a few, or very
 * many. */
static uint64_t span;

static void
choose (uint64_t *offset, uint64_t *count)
{
  static const uint32_t sizes[] = { 0, 1, 512, 4096, 65536, 262144, 3000000 };
  uint64_t start = below (2) ? UINT64_MAX - span : 0;

  *offset = start
            + ((uint64_t) below (1 << 30) << 20 | below (1 << 20)) % span;
  *count = sizes[below (sizeof sizes / sizeof sizes[0])];
  switch (below (16)) {
  case 0: *count = below (100); break;
  case 1: *count = below (4) ? span / 2 : UINT64_MAX; break;
  case 2: *offset -= *offset % NBDI_GRANULE; break;
  case 3:
    *count = 4096;
    *offset -= *offset % 4096;
    break;
  }
}

static bool
overlaps (const struct nbdi_range *r, uint64_t offset, uint64_t count)
{
  return r->count > 0 && count > 0
         && r->offset <= nbdi_last_byte (offset, count)
         && offset <= nbdi_last_byte (r->offset, r->count);
}

static void
check_overlaps (uint64_t offset, uint64_t count)
{
  size_t expected = 0;

  memset (found, 0, sizeof found);
  for (size_t i = 0; i < MOST; i++)
    if (used[i])
      expected += overlaps (&ranges[i], offset, count);
  for (struct nbdi_range *r = nbdi_first_overlap (&set, offset, count);
       r != NULL; r = nbdi_next_overlap (&set, r, offset, count)) {
    CHECK (used[r - ranges]);
    CHECK (!found[r - ranges]);
    CHECK (overlaps (r, offset, count));
    found[r - ranges] = true;
    expected--;
  }
  CHECK_INT (expected, 0);
}

static void
check_set (const char *name, uint64_t bytes, size_t most)
{
  check_case ("%s", name);
  span = bytes;
  for (int step = 0; step < 6000; step++) {
    uint64_t offset, count;
    size_t i = below ((uint32_t) most);
    if (used[i])
      nbdi_remove_range (&set, &ranges[i]);
    else {
      choose (&ranges[i].offset, &ranges[i].count);
      if (below (8))
        nbdi_reserve_ranges (&set);
      nbdi_add_range (&set, &ranges[i]);
    }
    used[i] = !used[i];
    choose (&offset, &count);
    check_overlaps (offset, count);
  }
  if (most < MOST)
    for (size_t i = 0; i < most; i++)
      if (used[i])
        nbdi_remove_range (&set, &ranges[i]);
  nbdi_remove_all_ranges (&set);
  memset (used, 0, sizeof used);
  check_overlaps (0, UINT64_MAX);
  nbdi_trim_ranges (&set);
  CHECK (set.lists == NULL);
}

void
test (void)
{
  check_set ("a few bytes", 1000, 200);
  check_set ("some granules", 20 * NBDI_GRANULE, 100);
  check_set ("more granules than lists", 3000 * (uint64_t) NBDI_GRANULE,
             MOST);
  check_set ("a large disk", UINT64_C (1) << 45, MOST);
}
