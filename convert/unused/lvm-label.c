/* SPDX-License-Identifier: MIT */
/* The label of a physical volume, which is in one of its first four sectors.
 * The header follows in the same sector: its ID and the places of its
 * parts. */
#include <config.h>

#include <string.h>

#include "disk/table.h"
#include "tool.h"
#include "unused/lvm.h"

#define SECTOR 512u
#define SECTORS 4u

/* Offsets in the label. */
enum {
  NUMBER = 8,
  SUM = 16,
  SUMMED = 20, /* SUM covers the bytes from here to the end of the sector */
  CONTENT = 20,
  TYPE = 24,
  LABEL_SIZE = 32,
};

/* Extensions follow the lists of areas. */
#define NEWEST_EXTENSION 2u
#define IS_USED UINT32_C (1)

static bool
is_label (const unsigned char *s)
{
  return memcmp (s, "LABELONE", 8) == 0
         && memcmp (s + TYPE, "LVM2 001", 8) == 0;
}

/* Find the label.  Returns the number of its sector, or SECTORS. */
static unsigned
find_label (struct area *a, unsigned char sector[SECTOR])
{
  unsigned n = 0;

  while (n < SECTORS
         && (area_read (a, sector, SECTOR, n * SECTOR) == -1
             || !is_label (sector)))
    n++;
  return n;
}

bool
lvm_has_label (struct area *a)
{
  unsigned char sector[SECTOR];

  return find_label (a, sector) < SECTORS;
}

/* ---- the header ---- */

/* The part of the sector that is still to be read. */
struct rest {
  const unsigned char *at, *end;
};

static bool
take (struct rest *r, uint64_t *n, unsigned size)
{
  if ((size_t) (r->end - r->at) < size)
    return false;
  *n = size == 8 ? get64 (r->at) : get32 (r->at);
  r->at += size;
  return true;
}

/* Read a list, which ends with zeroes. */
static bool
take_list (struct rest *r, struct lvm_part *parts, unsigned *count)
{
  for (;;) {
    struct lvm_part p;
    if (!take (r, &p.start, 8) || !take (r, &p.length, 8))
      return false;
    if (p.start == 0)
      return true;
    if (*count == LVM_AREAS)
      return false;
    parts[(*count)++] = p;
  }
}

static char *
read_extension (struct rest *r, struct lvm_header *h)
{
  uint64_t version, flags;

  if (!take (r, &version, 4) || version == 0)
    return NULL; /* older headers have no extension */
  if (version > NEWEST_EXTENSION || !take (r, &flags, 4)
      || (flags & ~IS_USED) != 0)
    return tool_format ("its header has an extension that is not known");
  if (!take_list (r, h->own, &h->count))
    return tool_format ("its header has no end");
  return NULL;
}

static char *
read_lists (struct rest *r, struct lvm_header *h)
{
  struct lvm_part data[LVM_AREAS];
  unsigned nr_data = 0;
  uint64_t size;

  if ((size_t) (r->end - r->at) < LVM_ID)
    return tool_format ("its header has no end");
  memcpy (h->id, r->at, LVM_ID);
  r->at += LVM_ID;
  if (!take (r, &size, 8) || !take_list (r, data, &nr_data)
      || !take_list (r, h->own, &h->count))
    return tool_format ("its header has no end");
  h->metadata = h->count;
  if (nr_data != 1)
    return tool_format ("it has %u areas for data instead of one", nr_data);
  h->data = data[0].start;
  return read_extension (r, h);
}

char *
lvm_read_header (struct area *a, struct lvm_header *h)
{
  unsigned char sector[SECTOR];
  unsigned n = find_label (a, sector);

  *h = (struct lvm_header) { 0 };
  if (n == SECTORS)
    return tool_format ("its label cannot be read");
  if (get32 (sector + SUM)
      != crc_more (LVM_CRC, sector + SUMMED, SECTOR - SUMMED))
    return tool_format ("the checksum of its label is wrong");
  if (get64 (sector + NUMBER) != n)
    return tool_format ("its label belongs to another sector");
  uint32_t content = get32 (sector + CONTENT);
  if (content < LABEL_SIZE || content > SECTOR)
    return tool_format ("its label is damaged");
  struct rest r = { sector + content, sector + SECTOR };
  return read_lists (&r, h);
}
