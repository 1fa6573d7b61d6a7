/* SPDX-License-Identifier: MIT */
/* vhdx: its size, and whether it has a parent. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probe/internal.h"
#include "tool.h"

#define REGIONS (192 * 1024) /* offset; a copy is 64 KiB behind */
#define TABLE 65536
#define HAS_PARENT 2

static const unsigned char metadata_region[16] = {
  0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b,
  0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e,
};
static const unsigned char file_parameters[16] = {
  0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
  0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b,
};
static const unsigned char virtual_size[16] = {
  0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48,
  0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8,
};

/* Find an entry by the GUID at its beginning.  Entries have 32 bytes.
 * Returns NULL if there is none. */
static const unsigned char *
find_entry (const unsigned char *table, size_t first, size_t count,
            const unsigned char guid[16])
{
  for (size_t i = 0; i < count && first + 32 * (i + 1) <= TABLE; i++)
    if (memcmp (table + first + 32 * i, guid, 16) == 0)
      return table + first + 32 * i;
  return NULL;
}

/* The offset of the metadata, or 0. */
static uint64_t
find_metadata (struct looking *l, unsigned char *table)
{
  const unsigned char *e;

  if (!look_at (l, table, TABLE, REGIONS) || memcmp (table, "regi", 4) != 0)
    return 0;
  e = find_entry (table, 16, le32 (table + 8), metadata_region);
  return e == NULL ? 0 : le64 (e + 16);
}

static void
look_at_metadata (struct looking *l, const unsigned char *table, uint64_t at)
{
  unsigned char value[8];
  size_t count = le16 (table + 10);
  const unsigned char *parameters = find_entry (table, 32, count,
                                                file_parameters);
  const unsigned char *size = find_entry (table, 32, count, virtual_size);

  if (parameters != NULL && look_at (l, value, 8, at + le32 (parameters + 16))
      && (le32 (value + 4) & HAS_PARENT) != 0)
    l->refused = probe_needs_parent;
  if (size != NULL && look_at (l, value, 8, at + le32 (size + 16))
      && le64 (value) <= INT64_MAX)
    l->p->size = le64 (value);
}

static bool
is_vhdx (const struct looking *l)
{
  return begins (l, "vhdxfile", 8);
}

/* If the image comes in order, the metadata is usually out of reach.  So the
 * size may stay unknown. */
static bool
look_at_vhdx (struct looking *l)
{
  unsigned char *table = tool_alloc (TABLE);
  uint64_t at = find_metadata (l, table);

  if (at != 0 && at <= INT64_MAX && look_at (l, table, TABLE, at)
      && memcmp (table, "metadata", 8) == 0)
    look_at_metadata (l, table, at);
  free (table);
  if (l->failed == NULL && l->p->size == UNKNOWN && !l->r->in_order)
    return is_broken (l, "it does not say how large the disk is", UNKNOWN);
  return l->failed == NULL;
}

const struct known probe_vhdx = { VHDX, is_vhdx, look_at_vhdx };
