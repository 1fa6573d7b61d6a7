/* SPDX-License-Identifier: MIT */

/* A newer entry of the journal cuts what it covers out of older entries:
 * their beginning, their end, their middle, or all of them.  So no byte is
 * written twice, and memory that no entry needs is freed. */

#include "unsettled.h"

static void
check_replay (struct nbdi_journal *j, const char *want, size_t nr)
{
  size_t bytes = 0;

  CHECK_STRING (replay (j), want);
  CHECK_INT (j->nr, nr);
  for (const struct nbdi_entry *e = j->first; e != NULL; e = e->next)
    bytes += e->range.count;
  CHECK_INT (bytes + strspn (strpbrk (want, "."), "."), DISK);
}

void
test (void)
{
  struct nbdi_journal j = JOURNAL;

  CHECK (add_write (&j, 0, 12, 'a', 0));
  CHECK (add_write (&j, 4, 0, 'x', 0));
  CHECK (add_write (&j, 0, 2, 'b', 0));
  check_replay (&j, "bbaaaaaaaaaa....", 2);
  CHECK (add_zeroes (&j, 10, 2));
  check_replay (&j, "bbaaaaaaaa00....", 3);
  CHECK (add_write (&j, 4, 2, 'c', 0));
  check_replay (&j, "bbaaccaaaa00....", 5);
  CHECK (add_write (&j, 1, 4, 'd', 0));
  check_replay (&j, "bddddcaaaa00....", 5);
  CHECK (add_write (&j, 0, 12, 'e', 0));
  check_replay (&j, "eeeeeeeeeeee....", 1);
  uint64_t bytes = nbdi_journal_bytes (&j);
  for (size_t i = 0; i < 100000; i++) {
    CHECK (add_write (&j, 0, 12, 'f', 0));
    CHECK (nbdi_journal_bytes (&j) <= 2 * bytes);
  }
  check_replay (&j, "ffffffffffff....", 1);
  nbdi_free_journal (&j);
}
