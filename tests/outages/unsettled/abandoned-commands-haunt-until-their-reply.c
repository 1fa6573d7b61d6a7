/* SPDX-License-Identifier: MIT */

/* A command that nobody waits for haunts its range until its reply comes, as
 * long as its connection lives.  If the connection is lost, it becomes a
 * ghost as any other. */

#include "unsettled.h"

void
test (void)
{
  struct nbdi_ghosts g = { 0 };
  struct nbdi_ghost *a = nbdi_add_shadow (&g, 0, 8);
  struct nbdi_ghost *b = nbdi_add_shadow (&g, 4, 8);

  CHECK_INT (g.next_expiry, 0);
  CHECK_INT (nbdi_lay_ghosts (&g, UINT64_MAX), 0);
  nbdi_lay_shadow (&g, a);
  CHECK (!nbdi_is_haunted (&g, 0, 4));
  CHECK (nbdi_is_haunted (&g, 4, 1));
  nbdi_lose_shadow (&g, b, 3000, NULL);
  CHECK_INT (g.next_expiry, 3000);
  CHECK_INT (nbdi_lay_ghosts (&g, 2999), 0);
  CHECK_INT (nbdi_lay_ghosts (&g, 3000), 1);
  CHECK_INT (g.nr, 0);
  nbdi_free_ghosts (&g);
}
