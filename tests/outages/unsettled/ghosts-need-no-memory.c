/* SPDX-License-Identifier: MIT */

/* No ghost is forgotten for lack of memory.  Ghosts that get no memory share
 * one ghost, which haunts everything between them, for as long as any of them
 * would.  The reply, time or witness of one of them does not lay the others.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <sys/eventfd.h>

#include "unsettled.h"
#include "wrap.h"

static bool no_memory;

WRAPPER (void *, calloc, (size_t n, size_t size))
{
  return no_memory ? NULL : __real_calloc (n, size);
}

static void
replies_and_times (void)
{
  struct nbdi_ghosts g = { 0 };
  struct nbdi_ghost *a = nbdi_add_shadow (&g, 100, 10);
  struct nbdi_ghost *b = nbdi_add_shadow (&g, 50, 1);

  nbdi_add_ghost (&g, 200, 10, 1000, NULL);
  CHECK_INT (g.nr, 1);
  CHECK (!nbdi_is_haunted (&g, 49, 1));
  CHECK (nbdi_is_haunted (&g, 50, 1));
  CHECK (nbdi_is_haunted (&g, 209, 1));
  CHECK (!nbdi_is_haunted (&g, 210, 1));
  CHECK (!nbdi_is_haunted_by_entry (&g, 50, 1));
  nbdi_add_entry_ghost (&g, 205, 1, 900, NULL);
  CHECK (nbdi_is_haunted_by_entry (&g, 50, 1));
  nbdi_lay_shadow (&g, a);
  CHECK_INT (nbdi_lay_ghosts (&g, 1000), 0);
  nbdi_lose_shadow (&g, b, 3000, NULL);
  nbdi_add_ghost (&g, 1, UINT64_MAX, 2000, NULL);
  CHECK_INT (g.next_expiry, 3000);
  CHECK (nbdi_is_haunted (&g, UINT64_MAX, 1));
  CHECK_INT (nbdi_lay_ghosts (&g, 2999), 0);
  CHECK_INT (nbdi_lay_ghosts (&g, 3000), 1);
  a = nbdi_add_shadow (&g, 1, 1);
  CHECK (!nbdi_is_haunted (&g, 2, 1));
  nbdi_lay_shadow (&g, a);
  CHECK_INT (g.nr, 0);
  nbdi_free_ghosts (&g);
}

static void
witnesses (void)
{
  struct nbdi_ghosts g = { 0 };
  struct nbdi_witness *gone = nbdi_new_witness (eventfd (1, EFD_CLOEXEC));
  struct nbdi_witness *there = nbdi_new_witness (eventfd (0, EFD_CLOEXEC));

  nbdi_add_ghost (&g, 0, 1, 0, gone);
  nbdi_add_ghost (&g, 5, 1, 1000, gone);
  CHECK_INT (g.next_expiry, 0);
  CHECK_INT (nbdi_lay_ghosts (&g, 1), 1);
  nbdi_add_ghost (&g, 0, 1, 1000, gone);
  nbdi_add_ghost (&g, 5, 1, 1000, there);
  nbdi_put_witness (nbdi_get_witness (there));
  nbdi_put_witness (gone);
  nbdi_put_witness (there);
  CHECK_INT (nbdi_lay_ghosts (&g, 999), 0);
  CHECK_INT (nbdi_lay_ghosts (&g, 1000), 1);
  nbdi_free_ghosts (&g);
}

void
test (void)
{
  no_memory = true;
  replies_and_times ();
  witnesses ();
  no_memory = false;
}
