/* SPDX-License-Identifier: MIT */

/* The journal, with what it keeps for reuse, never has more memory than its
 * size.  When it is half full it asks for a flush.  A command for which it
 * has no room must wait for one. */

#include "unsettled.h"

#define SIZE 65536

static uint8_t data[SIZE];

static bool
add (struct nbdi_journal *j, uint64_t offset, uint64_t count)
{
  bool added = nbdi_add_entry (j, NBD_CMD_WRITE, 0, offset, count, data);

  CHECK (nbdi_journal_bytes (j) + j->pool.spared <= SIZE);
  return added;
}

static uint64_t
fill (struct nbdi_journal *j, uint64_t count)
{
  uint64_t offset = 0;

  CHECK_INT (j->nr, 0);
  for (; add (j, offset, count); offset += count)
    if (nbdi_journal_bytes (j) < SIZE / 3)
      CHECK (!nbdi_journal_wants_flush (j));
  CHECK (nbdi_journal_wants_flush (j));
  size_t nr = j->nr;
  CHECK (!add (j, offset, count));
  CHECK_INT (j->nr, nr);
  nbdi_settle (j, j->last_seq);
  return offset;
}

void
test (void)
{
  struct nbdi_journal j = { .size = SIZE, .copies = true };

  CHECK (!add (&j, 0, SIZE));
  CHECK (fill (&j, 4096) >= SIZE * 3 / 4);
  CHECK (fill (&j, 5000) >= SIZE / 2);
  CHECK (fill (&j, 4096) >= SIZE * 3 / 4);
  CHECK (fill (&j, 512) >= SIZE / 2);
  CHECK (fill (&j, 1) < SIZE / sizeof (struct nbdi_entry));
  nbdi_trim_journal (&j);
  CHECK_INT (j.pool.spared, 0);

  j.size = UINT64_MAX; /* still too large for one command */
  CHECK (!nbdi_add_entry (&j, NBD_CMD_WRITE, 0, 0, UINT64_C (1) << 27, data));
  nbdi_free_journal (&j);
}
