/* SPDX-License-Identifier: MIT */

/* A ghost haunts its range until its time has come; the earliest time is kept
 * for a timer.  A ghost without a time stays. */

#include "unsettled.h"

void
test (void)
{
  struct nbdi_ghosts g = { 0 };

  CHECK (!nbdi_is_haunted (&g, 0, UINT64_MAX));
  CHECK_INT (g.next_expiry, 0);
  nbdi_add_ghost (&g, 100, 10, 2000, NULL);
  nbdi_add_ghost (&g, 105, 10, 1000, NULL);
  nbdi_add_ghost (&g, 200, 1, 0, NULL);
  CHECK_INT (g.nr, 3);
  CHECK_INT (g.next_expiry, 1000);
  CHECK (!nbdi_is_haunted (&g, 0, 100));
  CHECK (nbdi_is_haunted (&g, 0, 101));
  CHECK (nbdi_is_haunted (&g, 114, 1));
  CHECK (!nbdi_is_haunted (&g, 115, 85));

  CHECK_INT (nbdi_lay_ghosts (&g, 999), 0);
  CHECK_INT (nbdi_lay_ghosts (&g, 1000), 1);
  CHECK_INT (g.next_expiry, 2000);
  CHECK (nbdi_is_haunted (&g, 109, 1));
  CHECK (!nbdi_is_haunted (&g, 110, 5));
  CHECK_INT (nbdi_lay_ghosts (&g, UINT64_MAX), 1);
  CHECK_INT (g.next_expiry, 0);
  CHECK (nbdi_is_haunted (&g, 200, 1));
  nbdi_free_ghosts (&g);
  CHECK_INT (g.nr, 0);
  CHECK (!nbdi_is_haunted (&g, 200, 1));
}
