/* SPDX-License-Identifier: MIT */
/* Lists of partitions. */
#include <config.h>

#include <stdlib.h>

#include "table.h"

int
list_add (struct partitions *p, unsigned number, uint64_t start,
          uint64_t length, char **why)
{
  struct partition *list = realloc (p->list, (p->count + 1) * sizeof *list);

  if (list == NULL)
    return table_fault (why, "no memory for %zu partitions", p->count + 1);
  list[p->count++] = (struct partition) { number, start, length };
  p->list = list;
  return 0;
}
