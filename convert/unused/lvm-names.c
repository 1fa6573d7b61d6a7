/* SPDX-License-Identifier: MIT */
/* Sets of names in LVM metadata. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "unused/lvm-internal.h"

static int
by_words (const void *a, const void *b)
{
  const struct lvm_text *x = a, *y = b;
  size_t n = x->end - x->at, m = y->end - y->at;

  if (n != m)
    return n < m ? -1 : 1;
  return n == 0 ? 0 : memcmp (x->at, y->at, n);
}

void
lvm_add_name (struct lvm_names *names, struct lvm_text name)
{
  names->list = unused_grown (names->list, names->count, sizeof *names->list);
  names->list[names->count++] = name;
}

void
lvm_sort_names (struct lvm_names *names)
{
  if (names->count > 0)
    qsort (names->list, names->count, sizeof *names->list, by_words);
}

bool
lvm_has_name (const struct lvm_names *names, struct lvm_text name)
{
  return names->count > 0
         && bsearch (&name, names->list, names->count, sizeof name, by_words)
              != NULL;
}
