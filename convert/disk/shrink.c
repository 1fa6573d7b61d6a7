/* SPDX-License-Identifier: MIT */
/* Decide whether the end of a disk may be cut off: no partition may be there,
 * and all bytes must be zero. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "engine/scan.h"
#include "table.h"

#define PIECE (4u * 1024 * 1024)

struct range {
  uint64_t start, end;
};

static int
in_the_way (char **why, uint64_t end, uint64_t size)
{
  table_fault (why,
               "the last partition ends at byte %" PRIu64
               ", but the new size is %" PRIu64,
               end, size);
  return 0;
}

/* Returns 1 if the range is zero, 0 with *WHY if not, -1 on errors.  A large
 * disk is mostly holes, which are not read. */
static int
is_range_zero (struct disk *d, struct range r, unsigned char *piece,
               char **why)
{
  while (r.start < r.end) {
    uint64_t known = d->zeroes ? d->zeroes (d, r.start) : 0;

    if (known > 0) {
      r.start += known < r.end - r.start ? known : r.end - r.start;
      continue;
    }
    uint64_t n = r.end - r.start < PIECE ? r.end - r.start : PIECE;

    if (d->read (d, piece, n, r.start, why) == -1)
      return -1;
    if (!is_zero (piece, n)) {
      uint64_t at = r.start;

      for (unsigned char *p = piece; *p == 0; p++)
        at++;
      table_fault (why,
                   "no partition is there, but byte %" PRIu64 " is not zero",
                   at);
      return 0;
    }
    r.start += n;
  }
  return 1;
}

/* Whether everything from START on is zero, except for A and B, the two areas
 * of the backup. */
static int
is_rest_zero (struct disk *d, uint64_t start, struct range a, struct range b,
              char **why)
{
  struct range parts[] = { { start, a.start },
                           { a.end > start ? a.end : start, b.start },
                           { b.end > start ? b.end : start, d->size } };
  unsigned char *piece = malloc (PIECE);
  int r = 1;

  if (piece == NULL)
    return table_fault (why, "no memory for %u bytes", PIECE);
  for (unsigned i = 0; i < 3 && r == 1; i++)
    r = is_range_zero (d, parts[i], piece, why);
  free (piece);
  return r;
}

static struct range
sectors_of (const struct gpt_copy *h, uint64_t first, uint64_t count)
{
  return (struct range) { first * h->sector, (first + count) * h->sector };
}

/* The backup will move to just before the new end, so that place must be
 * unused, too. */
static int
may_cut_gpt (struct disk *d, const struct disk_table *t, uint64_t size,
             char **why)
{
  const struct gpt_copy *b = &t->backup;
  struct range array = sectors_of (b, b->entries, b->length);
  struct range header = sectors_of (b, b->own, 1);
  uint64_t first;

  if (t->mbr.end * BOOT_SECTOR > size)
    return in_the_way (why, t->mbr.end * BOOT_SECTOR, size);
  if (table_backup_place (t, size, &first, why) == -1)
    return 0;
  return array.start < header.start
           ? is_rest_zero (d, first * b->sector, array, header, why)
           : is_rest_zero (d, first * b->sector, header, array, why);
}

static int
may_cut (struct disk *d, const struct disk_table *t, uint64_t size,
         char **why)
{
  static const struct range nothing;

  if (t->facts.kind == TABLE_NONE) {
    table_fault (why, "there is no partition table, which would say that the "
                      "end of the disk is unused");
    return 0;
  }
  if (t->facts.end > size)
    return in_the_way (why, t->facts.end, size);
  if (t->facts.kind == TABLE_GPT)
    return may_cut_gpt (d, t, size, why);
  return is_rest_zero (d, size, nothing, nothing, why);
}

int
table_may_shrink (struct disk *d, uint64_t size, char **why)
{
  struct disk_table t;

  if (size >= d->size)
    return 1;
  if (table_load_all (d, d->size, &t, why) == -1)
    return -1;
  int r = may_cut (d, &t, size, why);

  table_unload (&t);
  return r;
}
