/* SPDX-License-Identifier: MIT */
/* Move the backup GPT to the end of a disk.
 *
 * This file decides what is written to the disk, and in which order: first
 * the new backup, then the primary copy, and last zeroes over the old backup.
 * So there is always a complete copy, even if the program is killed. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "memory.h"
#include "table.h"

static int
take_sectors (struct memory_disk *m, struct disk *d, unsigned sector,
              uint64_t first, uint64_t count, char **why)
{
  return memory_take (m, d, count * sector, first * sector, why);
}

/* Fill the disk in memory with the table.  If the disk shrank, the backup is
 * beyond its end.  Then libfdisk makes a new backup, but only if the numbers
 * in the primary copy fit the disk. */
static int
fill (struct memory_disk *m, struct disk *d, const struct disk_table *t,
      char **why)
{
  unsigned sector = t->facts.sector;
  struct gpt_copy p = t->primary;
  const struct gpt_copy *b = &t->backup;
  uint64_t first;

  if (take_sectors (m, d, sector, 0, 2, why) == -1
      || take_sectors (m, d, sector, p.entries, p.length, why) == -1
      || table_backup_place (t, m->disk.size, &first, why) == -1)
    return -1;
  if (b->array == NULL) {
    gpt_cut (&p, first - 1, m->disk.size / sector - 1);
    return m->disk.write (&m->disk, p.raw, sizeof p.raw, sector, why);
  }
  if (take_sectors (m, d, sector, b->own, 1, why) == -1)
    return -1;
  return take_sectors (m, d, sector, b->entries, b->length, why);
}

/* Only the places of the backup may differ, and it may not touch a
 * partition. */
static int
check (const struct disk_table *t, const struct disk_table *moved, char **why)
{
  const struct gpt_copy *b = &moved->backup;

  if (moved->facts.kind == TABLE_GPT && moved->facts.backup_at_end
      && b->array != NULL && moved->primary.entries == t->primary.entries
      && gpt_same_partitions (&moved->primary, &t->primary)
      && !table_uses (t, b->entries, b->entries + b->length))
    return 0;
  return table_fault (why, "libfdisk made another GPT than was expected, so "
                           "nothing was written");
}

static int
write_sectors (struct disk *d, struct memory_disk *m, unsigned sector,
               uint64_t first, uint64_t count, char **why)
{
  void *buffer = malloc (count * sector);

  if (buffer == NULL)
    return table_fault (why, "no memory for %" PRIu64 " bytes",
                        count * sector);
  int r = m->disk.read (&m->disk, buffer, count * sector, first * sector,
                        why);

  if (r == 0)
    r = d->write (d, buffer, count * sector, first * sector, why);
  free (buffer);
  return r;
}

/* Somebody has made a hybrid MBR by intention, including what it protects, so
 * it stays as it is.  In other MBRs libfdisk would move the protective entry
 * to the first slot and make it inactive, and then some firmware does not
 * boot from the disk.  So only the size is taken over. */
static int
write_boot_sector (struct disk *d, struct memory_disk *m,
                   const struct disk_table *t, const struct disk_table *moved,
                   char **why)
{
  unsigned char boot[BOOT_SECTOR];

  if (t->mbr.is_hybrid)
    return 0;
  memcpy (boot, t->boot, sizeof boot);
  mbr_take_size (&t->mbr, boot, moved->boot);
  if (memcmp (boot, t->boot, sizeof boot) == 0)
    return 0;
  if (m->disk.write (&m->disk, boot, sizeof boot, 0, why) == -1)
    return -1;
  return write_sectors (d, m, t->facts.sector, 0, 1, why);
}

/* Zero those of these sectors that the new backup, from sector NEW on, does
 * not cover. */
static int
zero_sectors (struct disk *d, unsigned sector, uint64_t first, uint64_t count,
              uint64_t new, char **why)
{
  if (first >= new)
    return 0;
  if (count > new - first)
    count = new - first;
  void *zeroes = calloc (count, sector);

  if (zeroes == NULL)
    return table_fault (why, "no memory for %" PRIu64 " bytes",
                        count * sector);
  int r = d->write (d, zeroes, count * sector, first * sector, why);

  free (zeroes);
  return r;
}

static int
write_back (struct disk *d, struct memory_disk *m, const struct disk_table *t,
            const struct disk_table *moved, char **why)
{
  unsigned sector = t->facts.sector;
  const struct gpt_copy *old = &t->backup, *new = &moved->backup;

  if (write_sectors (d, m, sector, new->entries, new->length, why) == -1
      || write_sectors (d, m, sector, new->own, 1, why) == -1
      || write_boot_sector (d, m, t, moved, why) == -1
      || write_sectors (d, m, sector, 1, 1, why) == -1)
    return -1;
  if (old->array == NULL)
    return 0;
  if (zero_sectors (d, sector, old->entries, old->length, new->entries, why)
      == -1)
    return -1;
  return zero_sectors (d, sector, old->own, 1, new->entries, why);
}

static int
move (struct disk *d, struct memory_disk *m, const struct disk_table *t,
      char **why)
{
  struct disk_table moved;

  if (fill (m, d, t, why) == -1
      || libfdisk_move_backup (m->fd, t->facts.sector, why) == -1
      || table_load (&m->disk, m->disk.size, &moved, why) == -1)
    return -1;
  int r = check (t, &moved, why);

  if (r == 0)
    r = write_back (d, m, t, &moved, why);
  table_unload (&moved);
  return r;
}

int
table_move (struct disk *d, const struct disk_table *t, char **why)
{
  struct memory_disk m;
  uint64_t size = d->size - d->size % t->facts.sector, first;

  if (table_backup_place (t, size, &first, why) == -1
      || memory_make (&m, size, why) == -1)
    return -1;
  int r = move (d, &m, t, why);

  memory_free (&m);
  return r;
}
