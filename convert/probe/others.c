/* SPDX-License-Identifier: MIT */
/* vdi, parallels and luks: formats with one header and no references. */
#include <config.h>

#include <stdlib.h>
#include <sys/param.h>

#include "probe/internal.h"
#include "tool.h"

/* ---- vdi ---- */

static bool
is_vdi (const struct looking *l)
{
  return l->have >= 68 && le32 (l->head + 64) == 0xbeda107f;
}

static bool
look_at_vdi (struct looking *l)
{
  const unsigned char *h = l->head;

  if (l->have < 0x188)
    return is_broken (l, "it ends within its header", UNKNOWN);
  if (le32 (h + 68) >> 16 != 1)
    return is_broken (l, "there is no such version", le32 (h + 68));
  l->p->size = le64 (h + 0x170);
  if (l->p->size > INT64_MAX)
    return is_broken (l, "no disk is so large", l->p->size);
  l->p->data = (uint64_t) le32 (h + 0x178) * le32 (h + 0x184);
  /* qemu reads blocks behind the end of the file as zeroes. */
  if (l->r->size != UNKNOWN && l->p->data > 0
      && le32 (h + 0x158) + l->p->data - le32 (h + 0x178) >= l->r->size)
    l->refused = probe_is_cut;
  if (l->p->data > l->p->size)
    l->p->data = l->p->size;
  /* Differencing and undo images. */
  if (le32 (h + 0x4c) > 2)
    l->refused = probe_needs_parent;
  return true;
}

const struct known probe_vdi = { VDI, is_vdi, look_at_vdi };

/* ---- parallels ---- */

#define OLD "WithoutFreeSpace"
#define NEW "WithouFreSpacExt"
#define SECTOR UINT64_C (512)
#define TABLE 64 /* offset */
#define MOST_ENTRIES (UINT32_C (1) << 24)

static bool
is_parallels (const struct looking *l)
{
  return begins (l, OLD, 16) || begins (l, NEW, 16);
}

/* qemu reads clusters behind the end of the file as zeroes.  The table counts
 * in clusters, or in sectors if it is old. */
static void
look_for_end (struct looking *l)
{
  uint32_t count = le32 (l->head + 32), last = 0;
  uint64_t unit = begins (l, OLD, 16) ? SECTOR : SECTOR * le32 (l->head + 28);

  if (l->r->size == UNKNOWN || l->r->in_order || count > MOST_ENTRIES)
    return;
  size_t length = 4 * (size_t) count;
  unsigned char *table = tool_alloc (length + 1);
  bool there = look_at (l, table, length, TABLE);
  for (uint32_t i = 0; there && i < count; i++)
    last = MAX (last, le32 (table + 4 * (size_t) i));
  free (table);
  if (l->failed == NULL && (!there || last * unit >= l->r->size))
    l->refused = probe_is_cut;
}

static bool
look_at_parallels (struct looking *l)
{
  if (l->have < 64)
    return is_broken (l, "it ends within its header", UNKNOWN);
  if (le32 (l->head + 16) != 2)
    return is_broken (l, "there is no such version", le32 (l->head + 16));
  uint64_t sectors = le64 (l->head + 36);
  if (begins (l, OLD, 16))
    sectors &= UINT32_MAX;
  if (sectors > INT64_MAX / SECTOR)
    return is_broken (l, "no disk is so large", sectors);
  l->p->size = sectors * SECTOR;
  look_for_end (l);
  return l->failed == NULL;
}

const struct known probe_parallels = { PARALLELS, is_parallels,
                                       look_at_parallels };

/* ---- luks ---- */

static bool
is_luks (const struct looking *l)
{
  return begins (l, "LUKS\xba\xbe", 6);
}

static bool
look_at_luks (struct looking *l)
{
  l->refused = probe_is_encrypted;
  return true;
}

const struct known probe_luks = { LUKS, is_luks, look_at_luks };
