/* SPDX-License-Identifier: MIT */

/* The tree of ranges finds what overlaps a range, in the order of offsets,
 * exactly as a look at each of them does: also at both ends of what 64 bits
 * can say, beyond the last byte, and for ranges without a byte. */

#include "unsettled.h"

#define MOST 200

static struct nbdi_ranges tree;
static struct nbdi_range ranges[MOST];
static bool used[MOST];

static void
choose (uint64_t *offset, uint64_t *count)
{
  uint64_t start = below (2) ? UINT64_MAX - 1000 : 0;

  *offset = start + below (1000);
  *count = below (8) ? below (100) : below (2) ? UINT64_MAX : 1;
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
  size_t found = 0, expected = 0;
  uint64_t before = 0;

  for (size_t i = 0; i < MOST; i++)
    if (used[i])
      expected += overlaps (&ranges[i], offset, count);
  for (struct nbdi_range *r = nbdi_first_overlap (&tree, offset, count);
       r != NULL; r = nbdi_next_overlap (r, offset, count)) {
    CHECK (used[r - ranges]);
    CHECK (overlaps (r, offset, count));
    CHECK (r->offset >= before);
    before = r->offset;
    found++;
  }
  CHECK_INT (found, expected);
}

void
test (void)
{
  for (int step = 0; step < 20000; step++) {
    uint64_t offset, count;
    size_t i = below (MOST);
    if (used[i])
      nbdi_remove_range (&tree, &ranges[i]);
    else {
      choose (&ranges[i].offset, &ranges[i].count);
      nbdi_add_range (&tree, &ranges[i]);
    }
    used[i] = !used[i];
    choose (&offset, &count);
    check_overlaps (offset, count);
  }
}
