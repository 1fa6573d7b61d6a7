/* SPDX-License-Identifier: MIT */

/* A journal without copies records which ranges are not durable, except those
 * that a later command covers.  A write with FUA that covers them changes
 * nothing, because it may have been carried out before them.  The journal
 * records some thousands of ranges separately.  Further ranges, and those for
 * which there is no memory, are merged into the last one.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include "unsettled.h"
#include "wrap.h"

#define APART 4096

static bool no_memory;

WRAPPER (void *, malloc, (size_t n))
{
  return no_memory ? NULL : __real_malloc (n);
}

static bool
add (struct nbdi_journal *j, uint16_t flags, uint64_t offset, uint64_t count)
{
  return nbdi_add_entry (j, NBD_CMD_WRITE, flags, offset, count, NULL);
}

static void
check_only (const struct nbdi_journal *j, uint64_t offset, uint64_t count)
{
  CHECK_INT (j->nr, 1);
  CHECK_INT (nbdi_first_unsettled (j)->range.offset, offset);
  CHECK_INT (nbdi_first_unsettled (j)->range.count, count);
}

static void
check_without_memory (void)
{
  struct nbdi_journal j = { .copies = false };
  uint64_t end = 0;

  CHECK (add (&j, 0, 1000, 5));
  no_memory = true;
  for (; j.nr_spare > 0; end += 10)
    CHECK (add (&j, 0, 2000 + end, 5));
  size_t nr = j.nr;
  CHECK (add (&j, 0, 500, 1));
  /* The merged range covers this one already. */
  CHECK (add (&j, 0, 600, 1));
  no_memory = false;
  CHECK_INT (j.nr, nr);
  CHECK_INT (j.last->range.offset, 500);
  CHECK_INT (j.last->range.count, 1500 + end - 5);
  nbdi_settle (&j, j.last_seq);
  CHECK (nbdi_first_unsettled (&j) == NULL);
  nbdi_free_journal (&j);
}

void
test (void)
{
  struct nbdi_journal j = { .copies = false };

  no_memory = true;
  CHECK (!add (&j, 0, 0, 8));
  no_memory = false;
  CHECK (add (&j, 0, 4, 8));
  CHECK (add (&j, LIBNBD_CMD_FLAG_FUA, 0, 8));
  check_only (&j, 4, 8);
  CHECK (add (&j, LIBNBD_CMD_FLAG_FUA, 0, 16));
  check_only (&j, 4, 8);
  CHECK (add (&j, 0, 0, 16));
  check_only (&j, 0, 16);
  nbdi_settle (&j, j.last_seq);
  CHECK (nbdi_first_unsettled (&j) == NULL);

  for (uint64_t i = 0; i < 2 * APART; i++)
    CHECK (add (&j, 0, 1000 + 10 * i, 5));
  CHECK_INT (j.nr, APART);
  CHECK (!nbdi_journal_wants_flush (&j));
  nbdi_settle (&j, j.last_seq - 1);
  check_only (&j, 1000 + 10 * (APART - 1), 10 * APART + 5);
  nbdi_settle (&j, j.last_seq);
  CHECK (nbdi_first_unsettled (&j) == NULL);
  nbdi_free_journal (&j);
  check_without_memory ();
}
