/* SPDX-License-Identifier: MIT */
/* The MBR: a table of four entries in the first sector of a disk.  One of the
 * entries may be an extended partition, which holds a chain of logical
 * partitions. */
#include <config.h>

#include <inttypes.h>

#include "table.h"

#define ENTRIES 446u
#define ENTRY_SIZE 16u
#define SIGNATURE 510u
#define PROTECTS 0xee
/* A longer chain is taken for endless.  Linux supports at most 256 partitions
 * on a disk. */
#define LOGICAL_MAX 1024u
/* The geometry that Linux assumes if no other is known. */
#define HEADS 255u
#define TRACK 63u

struct mbr_entry
mbr_entry (const unsigned char sector[BOOT_SECTOR], unsigned slot)
{
  const unsigned char *e = sector + ENTRIES + slot * ENTRY_SIZE;

  return (struct mbr_entry) { e[0], e[4], get32 (e + 8), get32 (e + 12) };
}

static bool
has_signature (const unsigned char *sector)
{
  return sector[SIGNATURE] == 0x55 && sector[SIGNATURE + 1] == 0xaa;
}

static bool
is_used (const struct mbr_entry *e)
{
  return e->type != 0 && e->length != 0;
}

bool
mbr_is_extended (const struct mbr_entry *e)
{
  return is_used (e)
         && (e->type == 0x05 || e->type == 0x0f || e->type == 0x85);
}

static void
count_entry (struct mbr *m, uint64_t first, uint64_t length)
{
  m->count++;
  if (m->end < first + length)
    m->end = first + length;
}

/* The boot sector of a file system ends with the same signature, but has code
 * where the entries would be.  So the first byte of each entry is checked. */
void
mbr_parse (struct mbr *m, const unsigned char sector[BOOT_SECTOR])
{
  memset (m, 0, sizeof *m);
  if (!has_signature (sector))
    return;
  for (unsigned i = 0; i < MBR_SLOTS; i++)
    if ((mbr_entry (sector, i).active & 0x7f) != 0)
      return;
  m->is_there = true;
  for (unsigned i = 0; i < MBR_SLOTS; i++) {
    struct mbr_entry e = mbr_entry (sector, i);

    if (e.type == PROTECTS && e.first == 1 && !m->is_gpt) {
      m->is_gpt = true;
      m->slot = i;
    }
    else if (e.type == PROTECTS)
      m->is_odd = true;
    else if (is_used (&e))
      count_entry (m, e.first, e.length);
  }
  m->is_hybrid = m->is_gpt && (m->count > 0 || m->is_odd);
}

bool
mbr_partition (const unsigned char sector[BOOT_SECTOR], unsigned i,
               uint64_t *first, uint64_t *length)
{
  struct mbr_entry e = mbr_entry (sector, i);

  *first = e.first;
  *length = e.length;
  return is_used (&e) && !mbr_is_extended (&e) && e.type != PROTECTS;
}

/* Each sector of the chain has two entries: a logical partition, relative to
 * this sector, and the next sector of the chain, relative to the extended
 * partition. */
int
mbr_walk (struct disk *d, uint64_t extended, mbr_link *take, void *opaque,
          char **why)
{
  unsigned char sector[BOOT_SECTOR];
  uint64_t at = extended;

  for (unsigned n = 0; n < LOGICAL_MAX; n++) {
    if (at >= d->size / BOOT_SECTOR)
      return table_fault (why,
                          "the chain of logical partitions leads to "
                          "sector %" PRIu64 ", beyond the end of the disk",
                          at);
    if (d->read (d, sector, sizeof sector, at * BOOT_SECTOR, why) == -1)
      return -1;
    if (!has_signature (sector))
      return 0; /* a chain without any partition */
    if (take (opaque, sector, at, why) == -1)
      return -1;
    struct mbr_entry next = mbr_entry (sector, 1);

    if (!mbr_is_extended (&next))
      return 0;
    at = extended + next.first;
  }
  return table_fault (why,
                      "the chain of logical partitions has no end "
                      "(after %u of them)",
                      LOGICAL_MAX);
}

bool
mbr_logical (const unsigned char sector[BOOT_SECTOR], struct mbr_entry *e)
{
  *e = mbr_entry (sector, 0);
  return is_used (e) && !mbr_is_extended (e);
}

struct logical {
  struct mbr *m;
  struct partitions *list; /* or NULL */
  unsigned number;         /* of the next logical partition */
};

static int
take_logical (void *opaque, const unsigned char sector[BOOT_SECTOR],
              uint64_t at, char **why)
{
  struct logical *l = opaque;
  struct mbr_entry e;

  if (!mbr_logical (sector, &e))
    return 0;
  count_entry (l->m, at + e.first, e.length);
  if (l->list == NULL)
    return 0;
  return list_add (l->list, l->number++, (at + e.first) * BOOT_SECTOR,
                   e.length * BOOT_SECTOR, why);
}

int
mbr_read_logical (struct mbr *m, struct disk *d,
                  const unsigned char sector[BOOT_SECTOR],
                  struct partitions *list, char **why)
{
  for (unsigned i = 0; i < MBR_SLOTS; i++) {
    struct mbr_entry e = mbr_entry (sector, i);
    struct logical l = { m, list, MBR_FIRST_LOGICAL };

    if (mbr_is_extended (&e)
        && mbr_walk (d, e.first, take_logical, &l, why) == -1)
      return -1;
  }
  return 0;
}

/* Write a sector as cylinder, head and sector, which only old programs read.
 * These three bytes mean that it is too far away. */
static void
put_cylinder (unsigned char *to, uint64_t sector)
{
  uint64_t cylinder = sector / (HEADS * TRACK);

  if (cylinder > 1023) {
    memcpy (to, "\xfe\xff\xff", 3);
    return;
  }
  to[0] = sector / TRACK % HEADS;
  to[1] = (sector % TRACK + 1) | (cylinder >> 8 << 6);
  to[2] = cylinder & 0xff;
}

void
mbr_place (unsigned char sector[BOOT_SECTOR], unsigned slot, uint64_t first,
           uint64_t length, uint64_t base)
{
  unsigned char *e = sector + ENTRIES + slot * ENTRY_SIZE;

  put_cylinder (e + 1, base + first);
  put_cylinder (e + 5, base + first + length - 1);
  put32 (e + 8, first);
  put32 (e + 12, length);
}

/* The beginning of the entry, and whether it is active, are left unchanged. */
void
mbr_take_size (const struct mbr *m, unsigned char sector[BOOT_SECTOR],
               const unsigned char other[BOOT_SECTOR])
{
  unsigned char *to = sector + ENTRIES + m->slot * ENTRY_SIZE;

  memcpy (to + 5, other + ENTRIES + 5,
          3); /* last cylinder, head and sector */
  memcpy (to + 12, other + ENTRIES + 12, 4);
}
