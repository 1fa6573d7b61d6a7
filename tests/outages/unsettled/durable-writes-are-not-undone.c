/* SPDX-License-Identifier: MIT */

/* A write with FUA is durable, so the journal need not write it again.  But
 * nothing older may be written over it, not even for a moment: what it covers
 * is cut out.  A TRIM cuts nothing out of writes, so it becomes an entry. */

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
  CHECK_STRING (replay (&j), "bb....bb........");
  CHECK (add_write (&j, 0, 2, 'd', FUA));
  CHECK_STRING (replay (&j), "......bb........");
  CHECK (add_trim (&j, 0, 4, FUA));
  CHECK_STRING (replay (&j), "......bb........");
  CHECK (add_trim (&j, 4, 4, FUA));
  CHECK_STRING (replay (&j), "....----........");
  for (struct nbdi_entry *e = j.first; e != NULL; e = e->next)
    CHECK_INT (e->flags, 0);
  nbdi_free_journal (&j);
}
