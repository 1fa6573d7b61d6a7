/* SPDX-License-Identifier: MIT */

/* A server may ignore a TRIM, so the journal keeps what was trimmed and
 * writes it before the TRIM.  The TRIM waits until every entry that it may
 * overlap was answered. */

#include "unsettled.h"

void
test (void)
{
  struct nbdi_journal j = JOURNAL;

  CHECK (add_write (&j, 0, 8, 'a', 0));
  CHECK (add_trim (&j, 4, 8, 0));
  CHECK (add_write (&j, 8, 2, 'b', 0));
  CHECK_STRING (replay (&j), "aaaa----bb--....");

  nbdi_begin_replay (&j);
  struct nbdi_entry *a = nbdi_next_to_write (&j);
  struct nbdi_entry *b = nbdi_next_to_write (&j);
  CHECK (a->type == NBD_CMD_WRITE && b->type == NBD_CMD_WRITE);
  nbdi_was_written (&j, b);
  CHECK (nbdi_next_to_write (&j) == NULL);
  nbdi_was_written (&j, a);
  CHECK_INT (nbdi_next_to_write (&j)->type, NBD_CMD_TRIM);
  CHECK_INT (nbdi_next_to_write (&j)->type, NBD_CMD_TRIM);
  CHECK (nbdi_next_to_write (&j) == NULL);
  CHECK (!nbdi_replay_done (&j));
  nbdi_free_journal (&j);
}
