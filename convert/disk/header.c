/* SPDX-License-Identifier: MIT */
/* One of the two copies of a GPT: a header of one sector, and an array of
 * entries elsewhere. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "table.h"

/* Offsets in the header. */
enum {
  SIGNATURE = 0,
  REVISION = 8,
  HEADER_SIZE = 12,
  HEADER_CRC = 16,
  OWN = 24,
  ALTERNATE = 32,
  FIRST_USABLE = 40,
  LAST_USABLE = 48,
  GUID = 56,
  ENTRIES = 72,
  COUNT = 80,
  ENTRY_SIZE = 84,
  ENTRIES_CRC = 88,
  HEADER_MIN = 92,
};

#define ENTRY_MIN 128u
#define ENTRY_MAX 4096u

/* CRC-32, four bits at a time. */
uint32_t
crc_more (uint32_t crc, const unsigned char *p, size_t length)
{
  static const uint32_t sums[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
    0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
    0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
  };

  for (; length > 0; length--) {
    crc ^= *p++;
    crc = crc >> 4 ^ sums[crc & 15];
    crc = crc >> 4 ^ sums[crc & 15];
  }
  return crc;
}

static uint32_t
crc_of (const unsigned char *p, size_t length)
{
  return ~crc_more (UINT32_MAX, p, length);
}

/* The checksum is computed as if its own field were zero. */
static uint32_t
header_crc (const unsigned char *raw)
{
  static const unsigned char zero[4];
  uint32_t crc = crc_more (UINT32_MAX, raw, HEADER_CRC);

  crc = crc_more (crc, zero, sizeof zero);
  return ~crc_more (crc, raw + HEADER_CRC + 4,
                    get32 (raw + HEADER_SIZE) - HEADER_CRC - 4);
}

static int
damaged (char **why, const char *what, uint64_t value)
{
  table_fault (why, "its %s is %" PRIu64, what, value);
  return FOUND_DAMAGED;
}

static int
check_array_place (const struct gpt_copy *h, uint64_t sectors, char **why)
{
  if (h->entries < 2 || h->entries >= sectors)
    return damaged (why, "array's first sector", h->entries);
  uint64_t end = h->entries + h->length; /* cannot overflow: both are
                                            limited */
  bool is_apart = h->own == 1 ? end <= h->first_usable
                              : h->entries > h->last_usable && end <= sectors;

  if (!is_apart)
    return damaged (why, "array overlaps its partitions: its first sector",
                    h->entries);
  if (h->own >= h->entries && h->own < end)
    return damaged (why, "array overlaps its header: its first sector",
                    h->entries);
  return FOUND;
}

/* Check all fields of the header before any of them is used. */
static int
check_header (struct gpt_copy *h, unsigned sector, uint64_t at,
              uint64_t sectors, char **why)
{
  uint32_t size = get32 (h->raw + HEADER_SIZE);

  if (get32 (h->raw + REVISION) >> 16 != 1)
    return damaged (why, "revision", get32 (h->raw + REVISION));
  if (size < HEADER_MIN || size > GPT_HEADER_MAX)
    return damaged (why, "header's size", size);
  if (get32 (h->raw + HEADER_CRC) != header_crc (h->raw)) {
    table_fault (why, "its header's checksum is wrong");
    return FOUND_DAMAGED;
  }
  if (h->own != at)
    return damaged (why, "header's place", h->own);
  if (h->alternate == 0 || h->alternate == at || h->alternate >= sectors)
    return damaged (why, "other copy's place", h->alternate);
  if (h->first_usable < 2 || h->first_usable > h->last_usable)
    return damaged (why, "first usable sector", h->first_usable);
  if (h->last_usable >= sectors)
    return damaged (why, "last usable sector", h->last_usable);
  if (h->entry_size < ENTRY_MIN || h->entry_size > ENTRY_MAX
      || h->entry_size % ENTRY_MIN != 0)
    return damaged (why, "entries' size", h->entry_size);
  if (h->count == 0 || h->count > GPT_ARRAY_MAX / h->entry_size)
    return damaged (why, "number of entries", h->count);
  h->length = ((uint64_t) h->count * h->entry_size + sector - 1) / sector;
  return check_array_place (h, sectors, why);
}

static int
read_header (struct disk *d, unsigned sector, uint64_t at, uint64_t sectors,
             struct gpt_copy *h, char **why)
{
  if (at >= d->size / sector)
    return FOUND_NONE;
  if (d->read (d, h->raw, sizeof h->raw, at * sector, why) == -1)
    return -1;
  if (memcmp (h->raw + SIGNATURE, "EFI PART", 8) != 0)
    return FOUND_NONE;
  h->own = get64 (h->raw + OWN);
  h->alternate = get64 (h->raw + ALTERNATE);
  h->first_usable = get64 (h->raw + FIRST_USABLE);
  h->last_usable = get64 (h->raw + LAST_USABLE);
  h->entries = get64 (h->raw + ENTRIES);
  h->count = get32 (h->raw + COUNT);
  h->entry_size = get32 (h->raw + ENTRY_SIZE);
  return check_header (h, sector, at, sectors, why);
}

static int
read_array (struct disk *d, unsigned sector, struct gpt_copy *h, char **why)
{
  uint64_t length = h->length * sector, sectors = d->size / sector;

  if (h->length > sectors || h->entries > sectors - h->length)
    return damaged (why, "array ends behind the disk: its first sector",
                    h->entries);
  h->array = malloc (length);
  if (h->array == NULL)
    return table_fault (why, "no memory for %" PRIu64 " bytes", length);
  if (d->read (d, h->array, length, h->entries * sector, why) == -1)
    return -1;
  if (crc_of (h->array, (size_t) h->count * h->entry_size)
      == get32 (h->raw + ENTRIES_CRC))
    return FOUND;
  table_fault (why, "its array's checksum is wrong");
  return FOUND_DAMAGED;
}

int
gpt_read (struct disk *d, unsigned sector, uint64_t at, uint64_t sectors,
          struct gpt_copy *h, char **why)
{
  memset (h, 0, sizeof *h);
  h->sector = sector;
  int r = read_header (d, sector, at, sectors, h, why);

  if (r == FOUND)
    r = read_array (d, sector, h, why);
  if (r != FOUND) {
    free (h->array);
    h->array = NULL;
  }
  return r;
}

bool
gpt_same_partitions (const struct gpt_copy *a, const struct gpt_copy *b)
{
  return memcmp (a->raw + GUID, b->raw + GUID, 16) == 0
         && a->first_usable == b->first_usable && a->count == b->count
         && a->entry_size == b->entry_size
         && memcmp (a->array, b->array, (size_t) a->count * a->entry_size)
              == 0;
}

void
gpt_place (struct gpt_copy *h, uint32_t entry, uint64_t first, uint64_t last)
{
  unsigned char *e = h->array + (size_t) entry * h->entry_size;

  put64 (e + 32, first);
  put64 (e + 40, last);
  put32 (h->raw + ENTRIES_CRC,
         crc_of (h->array, (size_t) h->count * h->entry_size));
  put32 (h->raw + HEADER_CRC, header_crc (h->raw));
}

void
gpt_cut (struct gpt_copy *h, uint64_t last_usable, uint64_t alternate)
{
  h->last_usable = last_usable;
  h->alternate = alternate;
  put64 (h->raw + LAST_USABLE, last_usable);
  put64 (h->raw + ALTERNATE, alternate);
  put32 (h->raw + HEADER_CRC, header_crc (h->raw));
}
