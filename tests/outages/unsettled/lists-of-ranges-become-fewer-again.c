/* SPDX-License-Identifier: MIT */

/* A journal that was large gives back the lists of ranges that it no longer
 * needs, and still finds all overlaps. */

#include "unsettled.h"

#define LARGE 20000
#define SMALL 300
#define BLOCK 4096

static uint8_t data[BLOCK];

static void
write_blocks (struct nbdi_journal *j, int nr)
{
  for (int i = 0; i < nr; i++)
    CHECK (nbdi_add_entry (j, NBD_CMD_WRITE, 0, (uint64_t) i * BLOCK, BLOCK,
                           data));
}

void
test (void)
{
  struct nbdi_journal j = { .size = UINT64_C (1) << 28, .copies = true };

  write_blocks (&j, LARGE);
  unsigned most = j.ranges.log;
  nbdi_settle (&j, j.last_seq);
  CHECK_INT (j.ranges.log, most);

  write_blocks (&j, SMALL);
  nbdi_settle (&j, j.last_seq - 10);
  CHECK (j.ranges.log < most);
  CHECK (1 << j.ranges.log >= SMALL);
  for (int i = 0; i < SMALL; i++) {
    uint64_t offset = (uint64_t) i * BLOCK;
    CHECK ((nbdi_first_overlap (&j.ranges, offset, 1) != NULL)
           == (i >= SMALL - 10));
  }
  nbdi_free_journal (&j);
}
