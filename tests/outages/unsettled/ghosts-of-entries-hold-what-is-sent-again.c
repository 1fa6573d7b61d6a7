/* SPDX-License-Identifier: MIT */

/* A command that is sent again is not held by ghosts of other commands, but
 * by ghosts of entries that the journal had sent, because those are older. */

#include "unsettled.h"

void
test (void)
{
  struct nbdi_ghosts g = { 0 };

  nbdi_add_ghost (&g, 0, 10, 1000, NULL);
  nbdi_lay_shadow (&g, nbdi_add_shadow (&g, 5, 1));
  CHECK (nbdi_is_haunted (&g, 0, 10));
  CHECK (!nbdi_is_haunted_by_entry (&g, 0, UINT64_MAX));
  nbdi_add_entry_ghost (&g, 4, 4, 2000, NULL);
  CHECK (!nbdi_is_haunted_by_entry (&g, 0, 4));
  CHECK (nbdi_is_haunted_by_entry (&g, 0, 5));
  CHECK (nbdi_is_haunted_by_entry (&g, 7, 1));
  CHECK (!nbdi_is_haunted_by_entry (&g, 8, 1));
  CHECK_INT (nbdi_lay_ghosts (&g, 1999), 1);
  CHECK (nbdi_is_haunted_by_entry (&g, 0, 10));
  CHECK_INT (nbdi_lay_ghosts (&g, 2000), 1);
  CHECK (!nbdi_is_haunted_by_entry (&g, 0, 10));
  nbdi_free_ghosts (&g);
}
