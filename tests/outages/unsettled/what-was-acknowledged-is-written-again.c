/* SPDX-License-Identifier: MIT */

/* Whatever a server loses of what it acknowledged and did not make durable,
 * sending the journal again restores, in whatever order the server answers:
 * within a granule of the export, and across two granules. */

#include "unsettled.h"

#define FUA LIBNBD_CMD_FLAG_FUA

static struct nbdi_journal journal = JOURNAL;
static char wanted[DISK + 1], durable[DISK + 1];

/* The server answers some of the requests that it got, in any order. */
static void
write_again (char *disk)
{
  struct nbdi_entry *sent[3 * DISK], *e;
  size_t nr = 0;

  nbdi_begin_replay (&journal);
  do {
    while (below (4) && (e = nbdi_next_to_write (&journal)) != NULL)
      sent[nr++] = e;
    if (nr > 0) {
      size_t i = below ((uint32_t) nr);
      carry_out (sent[i], disk);
      nbdi_was_written (&journal, sent[i]);
      sent[i] = sent[--nr];
    }
  } while (!nbdi_replay_done (&journal));
}

static void
modify (uint64_t offset, uint64_t count)
{
  char letter = (char) ('a' + below (26));
  uint16_t flags = below (3) ? 0 : FUA;

  switch (below (4)) {
  case 0:
    CHECK (add_trim (&journal, offset, count, flags));
    letter = '-';
    break;
  case 1:
    CHECK (add_zeroes (&journal, offset, count));
    letter = '0';
    flags = 0;
    break;
  default: CHECK (add_write (&journal, offset, count, letter, flags));
  }
  memset (wanted + offset, letter, count);
  if (flags & FUA)
    memset (durable + offset, letter, count);
}

static void
check_journal (const char *name, uint64_t begin)
{
  check_case ("%s", name);
  disk_begin = begin;
  memset (wanted, '.', DISK);
  memset (durable, '.', DISK);
  for (int step = 0; step < 20000; step++) {
    uint64_t offset = below (DISK);
    if (below (8))
      modify (offset, 1 + below ((uint32_t) (DISK - offset)));
    else if (below (4)) {
      char disk[DISK + 1];
      strcpy (disk, durable);
      write_again (disk);
      CHECK_STRING (disk, wanted);
    }
    else {
      nbdi_settle (&journal, journal.last_seq);
      CHECK_INT (nbdi_journal_bytes (&journal), 0);
      strcpy (durable, wanted);
    }
  }
  nbdi_free_journal (&journal);
  CHECK (journal.ranges.lists == NULL);
}

void
test (void)
{
  check_journal ("within a granule", 0);
  check_journal ("across a border", NBDI_GRANULE - DISK / 2);
}
