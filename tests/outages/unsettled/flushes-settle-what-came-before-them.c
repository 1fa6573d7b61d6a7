/* SPDX-License-Identifier: MIT */

/* A flush settles what was acknowledged before it was sent, and nothing more.
 * That includes the parts of an entry that was split later. */

#include "unsettled.h"

void
test (void)
{
  struct nbdi_journal j = JOURNAL;

  CHECK (add_write (&j, 0, 6, 'a', 0));
  CHECK (add_write (&j, 8, 4, 'b', 0));
  uint64_t sent = j.last_seq;
  CHECK (add_write (&j, 2, 2, 'c', 0));
  CHECK (add_zeroes (&j, 10, 4));
  CHECK_STRING (replay (&j), "aaccaa..bb0000..");
  nbdi_settle (&j, sent);
  CHECK_STRING (replay (&j), "..cc......0000..");
  CHECK_INT (nbdi_first_unsettled (&j)->range.offset, 2);
  nbdi_settle (&j, sent);
  CHECK_INT (j.nr, 2);
  nbdi_settle (&j, j.last_seq);
  CHECK (nbdi_first_unsettled (&j) == NULL);
  CHECK_INT (nbdi_journal_bytes (&j), 0);
  CHECK (nbdi_first_overlap (&j.ranges, 0, DISK) == NULL);
  nbdi_free_journal (&j);
}
