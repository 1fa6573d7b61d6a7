/* SPDX-License-Identifier: MIT */
/* Find the partition table of a disk and read it. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

/* The primary GPT header is in the second sector, whatever the sector size
 * is. */
static const unsigned sector_sizes[] = { 512, 1024, 2048, 4096 };
#define SECTOR_SIZES (sizeof sector_sizes / sizeof sector_sizes[0])

/* Set *WHY to the fault WHAT of one copy, and free WHAT.  Returns -1. */
static int
damaged_copy (char **why, const char *copy, char *what)
{
  table_fault (why,
               "the %s GPT is damaged: %s; repair it first, with gdisk for "
               "example",
               copy, what ? what : "out of memory");
  free (what);
  return -1;
}

/* The number of sectors of the disk, or that it once had, if that was more. */
static uint64_t
most_sectors (const struct disk *d, uint64_t old_size, unsigned sector)
{
  return (d->size > old_size ? d->size : old_size) / sector;
}

/* For the message about a disk whose primary copy is lost. */
static const char *
state_of_backup (struct disk *d, uint64_t old_size)
{
  for (unsigned i = 0; i < SECTOR_SIZES; i++) {
    uint64_t sectors = old_size / sector_sizes[i];
    struct gpt_copy h;
    char *ignored = NULL;

    if (sectors < 3)
      continue;
    int r = gpt_read (d, sector_sizes[i], sectors - 1, sectors, &h, &ignored);

    free (ignored);
    if (r == FOUND) {
      free (h.array);
      return "its backup is fine";
    }
  }
  return "nor does it have a backup at its end";
}

/* The sector size is not known, so the header is looked for in each possible
 * place. */
static int
find_primary (struct disk *d, uint64_t old_size, struct gpt_copy *found,
              char **why)
{
  int best = FOUND_NONE;

  found->array = NULL;
  for (unsigned i = 0; i < SECTOR_SIZES; i++) {
    unsigned sector = sector_sizes[i];
    struct gpt_copy h;
    char *what = NULL;
    int r = gpt_read (d, sector, 1, most_sectors (d, old_size, sector), &h,
                      &what);

    if (r == FOUND && best == FOUND) {
      free (h.array);
      return table_fault (why,
                          "the disk has two GPTs, one for sectors of %u "
                          "bytes, one for %u",
                          found->sector, sector);
    }
    if (r == -1 || r > best) {
      free (*why);
      free (found->array);
      *why = what;
      *found = h;
      best = r;
    }
    else
      free (what);
    if (r == -1)
      return -1;
  }
  return best;
}

/* A backup that is beyond the end of the disk is not read: it was cut off,
 * which is no damage. */
static int
load_backup (struct disk *d, uint64_t old_size, struct disk_table *t,
             char **why)
{
  const struct gpt_copy *p = &t->primary;
  uint64_t sectors = most_sectors (d, old_size, p->sector);
  char *what = NULL;

  if (p->alternate <= p->last_usable) {
    table_fault (&what, "its backup is among its partitions");
    return damaged_copy (why, "primary", what);
  }
  if (p->alternate >= d->size / p->sector)
    return 0;
  int r = gpt_read (d, p->sector, p->alternate, sectors, &t->backup, &what);

  if (r == -1) {
    *why = what;
    return -1;
  }
  if (r == FOUND && t->backup.alternate == 1
      && gpt_same_partitions (p, &t->backup)
      && p->last_usable == t->backup.last_usable)
    return 0;
  if (what == NULL)
    table_fault (&what,
                 r == FOUND ? "it differs from the first one"
                            : "it is not in sector %" PRIu64
                              ", where the first one says",
                 p->alternate);
  return damaged_copy (why, "backup", what);
}

static const unsigned char *
entry_of (const struct gpt_copy *h, uint32_t i)
{
  return h->array + (size_t) i * h->entry_size;
}

static bool
is_used (const unsigned char *entry)
{
  return get64 (entry) != 0 || get64 (entry + 8) != 0; /* the type GUID */
}

static int
count_partitions (struct disk_table *t, char **why)
{
  const struct gpt_copy *p = &t->primary;

  for (uint32_t i = 0; i < p->count; i++) {
    const unsigned char *e = entry_of (p, i);
    uint64_t first = get64 (e + 32), last = get64 (e + 40);

    if (!is_used (e))
      continue;
    if (first < p->first_usable || last > p->last_usable || first > last) {
      char *what = NULL;

      table_fault (&what,
                   "partition %" PRIu32 " has sectors %" PRIu64 "-%" PRIu64
                   ", but usable are %" PRIu64 "-%" PRIu64,
                   i + 1, first, last, p->first_usable, p->last_usable);
      return damaged_copy (why, "primary", what);
    }
    t->facts.count++;
    if (t->facts.end < (last + 1) * p->sector)
      t->facts.end = (last + 1) * p->sector;
  }
  return 0;
}

const unsigned char *
table_entry (const struct disk_table *t, uint32_t i)
{
  return entry_of (&t->primary, i);
}

bool
table_next (const struct disk_table *t, uint32_t *i, struct partition *p)
{
  const struct gpt_copy *h = &t->primary;

  while (*i < h->count) {
    const unsigned char *e = entry_of (h, (*i)++);

    if (!is_used (e))
      continue;
    p->number = *i;
    p->start = get64 (e + 32) * h->sector;
    p->length = (get64 (e + 40) + 1) * h->sector - p->start;
    return true;
  }
  return false;
}

bool
table_uses (const struct disk_table *t, uint64_t first, uint64_t end)
{
  for (uint32_t i = 0; i < t->primary.count; i++) {
    const unsigned char *e = entry_of (&t->primary, i);

    if (is_used (e) && get64 (e + 32) < end && get64 (e + 40) >= first)
      return true;
  }
  return false;
}

static int
load_gpt (struct disk *d, uint64_t old_size, struct disk_table *t, char **why)
{
  t->facts.kind = TABLE_GPT;
  t->facts.sector = t->primary.sector;
  if (load_backup (d, old_size, t, why) == -1
      || count_partitions (t, why) == -1)
    return -1;
  t->facts.backup_at_end = t->primary.alternate
                           == d->size / t->primary.sector - 1;
  return 0;
}

static void
load_mbr (struct disk_table *t)
{
  if (t->mbr.is_there && t->mbr.count > 0)
    t->facts = (struct table_facts) { .kind = TABLE_MBR,
                                      .sector = BOOT_SECTOR,
                                      .count = t->mbr.count,
                                      .end = t->mbr.end * BOOT_SECTOR };
}

/* As in Linux, a GPT counts if the first sector protects it.  A GPT without
 * protection is a leftover if the MBR has other partitions; otherwise it is
 * damage. */
static int
load (struct disk *d, uint64_t old_size, struct disk_table *t, char **why)
{
  char *what = NULL;

  if (d->size < BOOT_SECTOR)
    return 0;
  if (d->read (d, t->boot, sizeof t->boot, 0, why) == -1)
    return -1;
  mbr_parse (&t->mbr, t->boot);
  int r = find_primary (d, old_size, &t->primary, &what);

  if (r == -1) {
    *why = what;
    return -1;
  }
  if (r == FOUND && t->mbr.is_gpt)
    return load_gpt (d, old_size, t, why);
  if (r == FOUND && (t->mbr.is_odd || t->mbr.count == 0))
    return table_fault (why,
                        "there is a GPT, but the first sector has no entry "
                        "that protects it");
  if (!t->mbr.is_gpt) {
    free (what);
    load_mbr (t);
    return 0;
  }
  if (what == NULL)
    table_fault (&what, "it is not there; %s", state_of_backup (d, old_size));
  return damaged_copy (why, "primary", what);
}

int
table_load (struct disk *d, uint64_t old_size, struct disk_table *t,
            char **why)
{
  memset (t, 0, sizeof *t);
  if (load (d, old_size, t, why) == 0)
    return 0;
  table_unload (t);
  return -1;
}

int
table_load_all (struct disk *d, uint64_t old_size, struct disk_table *t,
                char **why)
{
  if (table_load (d, old_size, t, why) == -1)
    return -1;
  if (t->facts.kind != TABLE_MBR)
    return 0;
  int r = mbr_read_logical (&t->mbr, d, t->boot, NULL, why);

  load_mbr (t);
  if (r == -1)
    table_unload (t);
  return r;
}

void
table_unload (struct disk_table *t)
{
  free (t->primary.array);
  free (t->backup.array);
  t->primary.array = t->backup.array = NULL;
}

int
table_backup_place (const struct disk_table *t, uint64_t size,
                    uint64_t *first, char **why)
{
  const struct gpt_copy *p = &t->primary;
  uint64_t sectors = size / p->sector, need = p->length + 1;

  if (sectors > need) {
    *first = sectors - need;
    if (*first > p->first_usable && *first >= t->facts.end / p->sector)
      return 0;
  }
  return table_fault (why,
                      "the last partition ends at byte %" PRIu64
                      " and the backup GPT takes %" PRIu64
                      " more, but the disk has only %" PRIu64,
                      t->facts.end, need * p->sector, size);
}
