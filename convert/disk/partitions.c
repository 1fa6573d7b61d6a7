/* SPDX-License-Identifier: MIT */
/* List the partitions of a disk. */
#include <config.h>

#include <stdlib.h>

#include "table.h"

static int
list_gpt (const struct disk_table *t, struct partitions *p, char **why)
{
  struct partition one;

  for (uint32_t i = 0; table_next (t, &i, &one);)
    if (list_add (p, one.number, one.start, one.length, why) == -1)
      return -1;
  return 0;
}

static int
list_mbr (struct disk *d, struct disk_table *t, struct partitions *p,
          char **why)
{
  uint64_t first, length;

  for (unsigned i = 0; i < MBR_SLOTS; i++)
    if (mbr_partition (t->boot, i, &first, &length)
        && list_add (p, i + 1, first * BOOT_SECTOR, length * BOOT_SECTOR, why)
             == -1)
      return -1;
  return mbr_read_logical (&t->mbr, d, t->boot, p, why);
}

int
table_list (struct disk *d, struct partitions *p, char **why)
{
  struct disk_table t;
  int r = 0;

  *p = (struct partitions) { 0 };
  if (table_load (d, d->size, &t, why) == -1)
    return -1;
  if (t.facts.kind == TABLE_GPT)
    r = list_gpt (&t, p, why);
  else if (t.facts.kind == TABLE_MBR)
    r = list_mbr (d, &t, p, why);
  table_unload (&t);
  if (r == -1) {
    free (p->list);
    *p = (struct partitions) { 0 };
  }
  return r;
}
