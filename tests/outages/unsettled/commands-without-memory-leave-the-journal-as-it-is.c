/* SPDX-License-Identifier: MIT */

/* A command for which there is no memory must wait for a flush, and changes
 * nothing in the journal: no entry that it would cover or split is lost.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include "unsettled.h"
#include "wrap.h"

#define ALL UINT32_MAX

static uint32_t left = ALL; /* how many allocations still succeed */

WRAPPER (void *, malloc, (size_t n))
{
  if (left == 0)
    return NULL;
  if (left != ALL)
    left--;
  return __real_malloc (n);
}

static void
check_without_memory (bool (*add) (struct nbdi_journal *j), const char *want)
{
  static const char before[] = "..aaaaaaaa......";
  struct nbdi_journal j = JOURNAL;
  uint32_t allowed = 0;

  /* Use up the spare entries first. */
  CHECK (add_write (&j, 2, 8, 'a', 0));
  for (left = 0; add_write (&j, 2, 8, 'a', 0);)
    CHECK_INT (j.nr, 1);
  for (; left = allowed, !add (&j); allowed++)
    CHECK_STRING (replay (&j), before);
  left = ALL;
  CHECK (allowed > 0);
  CHECK_STRING (replay (&j), want);
  nbdi_free_journal (&j);
}

static bool
add_below (struct nbdi_journal *j)
{
  return add_write (j, 0, 12, 'b', 0);
}

static bool
add_durable (struct nbdi_journal *j)
{
  return add_write (j, 4, 2, 'c', LIBNBD_CMD_FLAG_FUA);
}

void
test (void)
{
  check_without_memory (add_below, "bbbbbbbbbbbb....");
  check_without_memory (add_durable, "..aaccaaaa......");
}
