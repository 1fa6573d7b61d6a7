/* SPDX-License-Identifier: MIT */

/* While the journal is sent again, its entries do not change: no command cuts
 * them and no flush settles them.  If the connection is lost once more, what
 * was being sent is sent once more. */

#include "unsettled.h"

void
test (void)
{
  struct nbdi_journal j = JOURNAL;

  CHECK (add_write (&j, 0, 4, 'a', 0));
  CHECK (add_write (&j, 4, 4, 'b', 0));
  nbdi_begin_replay (&j);
  struct nbdi_entry *a = nbdi_next_to_write (&j);
  CHECK (a == j.first);
  CHECK (!add_write (&j, 2, 4, 'c', 0));
  CHECK (!add_write (&j, 2, 4, 'c', LIBNBD_CMD_FLAG_FUA));
  CHECK (add_write (&j, 8, 4, 'd', LIBNBD_CMD_FLAG_FUA));
  nbdi_settle (&j, j.last_seq);
  CHECK_INT (j.nr, 2);
  CHECK_INT (a->range.count, 4);
  nbdi_was_written (&j, a);
  CHECK (!nbdi_replay_done (&j));
  struct nbdi_entry *b = nbdi_next_to_write (&j);
  CHECK (nbdi_next_to_write (&j) == NULL);

  nbdi_begin_replay (&j);
  CHECK (nbdi_next_to_write (&j) == a);
  CHECK (nbdi_next_to_write (&j) == b);
  nbdi_was_written (&j, b);
  nbdi_was_written (&j, b);
  CHECK (!nbdi_replay_done (&j));
  nbdi_was_written (&j, a);
  CHECK (nbdi_replay_done (&j));
  nbdi_settle (&j, j.last_seq);
  CHECK_INT (j.nr, 0);
  nbdi_free_journal (&j);
}
