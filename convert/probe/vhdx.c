/* SPDX-License-Identifier: MIT */
/* vhdx: its size, whether it has a parent, and whether its end is missing. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "probe/internal.h"
#include "tool.h"

#define REGIONS (192 * 1024) /* offset; a copy is 64 KiB behind */
#define TABLE 65536
#define HAS_PARENT 2
#define IS_PRESENT 6
#define MIB (UINT64_C (1) << 20)
#define LARGEST_BLOCK (256 * MIB)
/* How many entries for blocks are read. */
#define ENTRIES_READ UINT64_C (131072)

static const unsigned char blocks_region[16] = {
  0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42,
  0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08,
};
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

static const unsigned char sector_size[16] = {
  0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
  0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f,
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

struct vhdx {
  uint64_t metadata, blocks; /* offsets of the regions, or 0 */
  uint64_t block, sector;    /* sizes, or 0 */
};

static uint64_t
find_region (const unsigned char *table, const unsigned char guid[16])
{
  const unsigned char *e = find_entry (table, 16, le32 (table + 8), guid);

  return e == NULL ? 0 : le64 (e + 16);
}

static void
find_regions (struct looking *l, unsigned char *table, struct vhdx *v)
{
  probe_needs (l, REGIONS, TABLE);
  if (!look_at (l, table, TABLE, REGIONS) || memcmp (table, "regi", 4) != 0)
    return;
  v->metadata = find_region (table, metadata_region);
  v->blocks = find_region (table, blocks_region);
  if (v->metadata != 0)
    probe_needs (l, v->metadata, TABLE);
}

/* Read eight bytes of the metadata that this entry is for. */
static bool
read_item (struct looking *l, const unsigned char *table,
           const struct vhdx *v, const unsigned char guid[16],
           unsigned char value[8])
{
  const unsigned char *e = find_entry (table, 32, le16 (table + 10), guid);

  return e != NULL && look_at (l, value, 8, v->metadata + le32 (e + 16));
}

static void
look_at_metadata (struct looking *l, const unsigned char *table,
                  struct vhdx *v)
{
  unsigned char value[8];

  if (read_item (l, table, v, file_parameters, value)) {
    v->block = le32 (value);
    if ((le32 (value + 4) & HAS_PARENT) != 0)
      l->refused = probe_needs_parent;
  }
  if (read_item (l, table, v, virtual_size, value)
      && le64 (value) <= INT64_MAX)
    l->p->size = le64 (value);
  if (read_item (l, table, v, sector_size, value))
    v->sector = le32 (value);
}

/* Read the entries of the last blocks.  After the entries for each 2^23
 * sectors there is one for a bitmap, which only images with a parent have. */
static void
need_blocks (struct looking *l, const struct vhdx *v)
{
  uint64_t size = l->p->size;

  if (v->blocks == 0 || v->blocks > INT64_MAX || size == UNKNOWN
      || !powerof2 (v->block) || v->block < MIB || v->block > LARGEST_BLOCK
      || (v->sector != 512 && v->sector != 4096))
    return;
  uint64_t count = size / v->block + (size % v->block != 0);
  uint64_t group = (v->sector << 23) / v->block;
  uint64_t first = count > ENTRIES_READ ? count - ENTRIES_READ : 0;
  uint64_t at = first + first / group;
  size_t length = 8 * (count + count / group - at);
  unsigned char *entries = tool_alloc (length + 1);
  bool there = look_at (l, entries, length, v->blocks + 8 * at);
  probe_needs (l, v->blocks + 8 * at, length);
  for (uint64_t i = first; there && i < count; i++) {
    uint64_t entry = le64 (entries + 8 * (i + i / group - at));
    if ((entry & 7) == IS_PRESENT)
      probe_needs_cluster (l, entry / MIB * MIB, i * v->block, v->block);
  }
  free (entries);
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
  struct vhdx v = { .metadata = 0 };

  find_regions (l, table, &v);
  if (v.metadata != 0 && v.metadata <= INT64_MAX
      && look_at (l, table, TABLE, v.metadata)
      && memcmp (table, "metadata", 8) == 0)
    look_at_metadata (l, table, &v);
  free (table);
  need_blocks (l, &v);
  if (l->r->in_order)
    return l->failed == NULL;
  probe_look_for_end (l);
  if (l->failed == NULL && l->refused == NULL && l->p->size == UNKNOWN)
    return is_broken (l, "it does not say how large the disk is", UNKNOWN);
  return l->failed == NULL;
}

const struct known probe_vhdx = { VHDX, is_vhdx, look_at_vhdx };
