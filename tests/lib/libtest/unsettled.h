/* SPDX-License-Identifier: MIT */

/* For tests of lib/session/unsettled.h: journals of an export with few bytes,
 * each of which is a letter, and pseudo-random numbers that are always the
 * same. */

#ifndef UNSETTLED_H
#define UNSETTLED_H

#include <string.h>

#include "check.h"
#include "session/unsettled.h"

#define DISK 16

/* The offset of these bytes in the export. */
static uint64_t disk_begin;

/* A journal with enough memory, for tests that are not about its size. */
#define JOURNAL                                \
  {                                            \
    .size = UINT64_C (1) << 24, .copies = true \
  }

static inline uint32_t
below (uint32_t limit)
{
  static uint32_t x = 1;

  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return x % limit;
}

static inline bool
add_write (struct nbdi_journal *j, uint64_t offset, uint64_t count,
           char letter, uint16_t flags)
{
  char data[DISK];

  memset (data, letter, sizeof data);
  return nbdi_add_entry (j, NBD_CMD_WRITE, flags, disk_begin + offset, count,
                         (uint8_t *) data);
}

static inline bool
add_zeroes (struct nbdi_journal *j, uint64_t offset, uint64_t count)
{
  return nbdi_add_entry (j, NBD_CMD_WRITE_ZEROES, 0, disk_begin + offset,
                         count, NULL);
}

static inline bool
add_trim (struct nbdi_journal *j, uint64_t offset, uint64_t count,
          uint16_t flags)
{
  return nbdi_add_entry (j, NBD_CMD_TRIM, flags, disk_begin + offset, count,
                         NULL);
}

/* Do to the disk what a server does for an entry.  Zeroed bytes are 0, and
 * trimmed bytes are -. */
static inline void
carry_out (const struct nbdi_entry *e, char *disk)
{
  char *place = disk + (e->range.offset - disk_begin);

  if (e->type == NBD_CMD_WRITE)
    memcpy (place, e->data, e->range.count);
  else
    memset (place, e->type == NBD_CMD_TRIM ? '-' : '0', e->range.count);
}

/* The content of a disk of dots after the journal was written to it. */
static inline const char *
replay (struct nbdi_journal *j)
{
  static char disk[DISK + 1];
  struct nbdi_entry *e;

  memset (disk, '.', DISK);
  nbdi_begin_replay (j);
  while ((e = nbdi_next_to_write (j)) != NULL) {
    carry_out (e, disk);
    nbdi_was_written (j, e);
  }
  CHECK (nbdi_replay_done (j));
  return disk;
}

#endif /* UNSETTLED_H */
