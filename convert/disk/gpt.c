/* SPDX-License-Identifier: MIT */
/* What the program asks about partition tables. */
#include <config.h>

#include <stdlib.h>

#include "table.h"

int
table_read (struct disk *d, uint64_t old_size, struct table_facts *facts,
            char **why)
{
  struct disk_table t;

  if (table_load_all (d, old_size, &t, why) == -1)
    return -1;
  *facts = t.facts;
  table_unload (&t);
  return 0;
}

int
table_follow (struct disk *d, uint64_t old_size, char **why)
{
  struct disk_table t;

  if (table_load (d, old_size, &t, why) == -1)
    return -1;
  int r = t.facts.kind == TABLE_GPT && !t.facts.backup_at_end
            ? table_move (d, &t, why)
            : 0;

  table_unload (&t);
  return r;
}

/* ---- the partitions ---- */

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
