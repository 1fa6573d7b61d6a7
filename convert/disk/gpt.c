/* SPDX-License-Identifier: MIT */
/* Read a partition table, or let it follow a new size. */
#include <config.h>

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
