/* SPDX-License-Identifier: MIT */

/* A write with FUA is durable, so the journal need not write it again.  But
 * nothing older may be written over it, not even for a moment.  If it
 * overlaps an entry, the server may have carried out that entry later and
 * lost it, so the write becomes an entry in its place. */

#include "unsettled.h"

#define FUA LIBNBD_CMD_FLAG_FUA

void
test (void)
{
  struct nbdi_journal j = JOURNAL;

  CHECK (add_write (&j, 0, 4, 'a', FUA));
  CHECK_INT (j.nr, 0);
  CHECK (add_write (&j, 0, 8, 'b', 0));
  CHECK (add_write (&j, 2, 4, 'c', FUA));
  CHECK_STRING (replay (&j), "bbccccbb........");
  CHECK (add_write (&j, 0, 2, 'd', FUA));
  CHECK_STRING (replay (&j), "ddccccbb........");
  CHECK (add_trim (&j, 8, 4, FUA));
  CHECK_STRING (replay (&j), "ddccccbb........");
  CHECK (add_trim (&j, 4, 8, FUA));
  CHECK_STRING (replay (&j), "ddcc--------....");
  for (struct nbdi_entry *e = j.first; e != NULL; e = e->next)
    CHECK_INT (e->flags, 0);
  nbdi_free_journal (&j);
}
