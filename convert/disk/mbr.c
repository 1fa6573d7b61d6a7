/* SPDX-License-Identifier: MIT */
/* The table in a disk's first sector, of four entries, one of which may hold
 * a chain of logical partitions. */
#include <config.h>

#include <inttypes.h>

#include "table.h"

#define ENTRIES 446u
#define ENTRY_SIZE 16u
#define SIGNATURE 510u
#define PROTECTS 0xee
/* Linux knows no more than 256 partitions of a disk. */
#define LOGICAL_MAX 1024u
#define FIRST_LOGICAL 5u

struct entry {
  unsigned active, type;
  uint64_t first, length;
};

static struct entry
entry_of (const unsigned char *sector, unsigned slot)
{
  const unsigned char *e = sector + ENTRIES + slot * ENTRY_SIZE;

  return (struct entry) { e[0], e[4], get32 (e + 8), get32 (e + 12) };
}

static bool
has_signature (const unsigned char *sector)
{
  return sector[SIGNATURE] == 0x55 && sector[SIGNATURE + 1] == 0xaa;
}

static bool
is_used (const struct entry *e)
{
  return e->type != 0 && e->length != 0;
}

static bool
is_extended (const struct entry *e)
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

/* The boot sector of a file system has the same signature, but code where
 * the entries are. */
void
mbr_parse (struct mbr *m, const unsigned char sector[BOOT_SECTOR])
{
  memset (m, 0, sizeof *m);
  if (!has_signature (sector))
    return;
  for (unsigned i = 0; i < MBR_SLOTS; i++)
    if ((entry_of (sector, i).active & 0x7f) != 0)
      return;
  m->is_there = true;
  for (unsigned i = 0; i < MBR_SLOTS; i++) {
    struct entry e = entry_of (sector, i);

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
  struct entry e = entry_of (sector, i);

  *first = e.first;
  *length = e.length;
  return is_used (&e) && !is_extended (&e) && e.type != PROTECTS;
}

/* Each of the chain's sectors has a partition, relative to itself, and where
 * the next one is, relative to the extended partition. */
static int
follow_chain (struct mbr *m, struct disk *d, uint64_t extended,
              struct partitions *list, char **why)
{
  unsigned char sector[BOOT_SECTOR];
  uint64_t at = extended;
  unsigned number = FIRST_LOGICAL;

  for (unsigned n = 0; n < LOGICAL_MAX; n++) {
    if (at >= d->size / BOOT_SECTOR)
      return table_fault (why,
                          "the chain of logical partitions leads to "
                          "sector %" PRIu64 ", beyond the end of the disk",
                          at);
    if (d->read (d, sector, sizeof sector, at * BOOT_SECTOR, why) == -1)
      return -1;
    if (!has_signature (sector))
      return 0; /* no partition was ever made there */
    struct entry e = entry_of (sector, 0), next = entry_of (sector, 1);

    if (is_used (&e) && !is_extended (&e)) {
      count_entry (m, at + e.first, e.length);
      if (list != NULL
          && list_add (list, number++, (at + e.first) * BOOT_SECTOR,
                       e.length * BOOT_SECTOR, why)
               == -1)
        return -1;
    }
    if (!is_extended (&next))
      return 0;
    at = extended + next.first;
  }
  return table_fault (why,
                      "the chain of logical partitions has no end "
                      "(after %u of them)",
                      LOGICAL_MAX);
}

int
mbr_read_logical (struct mbr *m, struct disk *d,
                  const unsigned char sector[BOOT_SECTOR],
                  struct partitions *list, char **why)
{
  for (unsigned i = 0; i < MBR_SLOTS; i++) {
    struct entry e = entry_of (sector, i);

    if (is_extended (&e) && follow_chain (m, d, e.first, list, why) == -1)
      return -1;
  }
  return 0;
}

/* Where it begins, and whether it is active, are left as they were. */
void
mbr_take_size (const struct mbr *m, unsigned char sector[BOOT_SECTOR],
               const unsigned char other[BOOT_SECTOR])
{
  unsigned char *to = sector + ENTRIES + m->slot * ENTRY_SIZE;

  memcpy (to + 5, other + ENTRIES + 5, 3); /* its last cylinder, ... */
  memcpy (to + 12, other + ENTRIES + 12, 4);
}
