/* SPDX-License-Identifier: MIT */

/* An entry that was being sent on a connection that is lost is sent on
 * another one.  Entries that were answered are not sent once more. */

#include "unsettled.h"

void
test (void)
{
  struct nbdi_journal j = JOURNAL;

  CHECK (add_write (&j, 0, 2, 'a', 0));
  CHECK (add_write (&j, 2, 2, 'b', 0));
  CHECK (add_write (&j, 4, 2, 'c', 0));
  CHECK (add_trim (&j, 8, 2, 0));
  nbdi_begin_replay (&j);
  struct nbdi_entry *a = nbdi_next_to_write (&j);
  struct nbdi_entry *b = nbdi_next_to_write (&j);

  nbdi_was_written (&j, a);
  nbdi_write_again (&j, a);
  nbdi_write_again (&j, b);
  CHECK (nbdi_next_to_write (&j) == b);
  struct nbdi_entry *c = nbdi_next_to_write (&j);

  CHECK_INT (c->range.offset, 4);
  nbdi_was_written (&j, b);
  nbdi_was_written (&j, c);
  struct nbdi_entry *trim = nbdi_next_to_write (&j);

  nbdi_write_again (&j, trim);
  CHECK (!nbdi_replay_done (&j));
  CHECK (nbdi_next_to_write (&j) == trim);
  nbdi_was_written (&j, trim);
  CHECK (nbdi_replay_done (&j));
  nbdi_free_journal (&j);
}
