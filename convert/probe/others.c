/* SPDX-License-Identifier: MIT */
/* vdi, parallels and luks: formats with one header and no references. */
#include <config.h>

#include <stdlib.h>

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
  probe_needs_clusters (l, &(struct clusters) {
                             .number = le32,
                             .table = le32 (h + 0x154),
                             .count = le32 (h + 0x180),
                             .first = le32 (h + 0x158),
                             .unit = le32 (h + 0x178),
                             .size = le32 (h + 0x178),
                             .marks = UINT32_MAX - 1,
                           });
  if (l->p->data > l->p->size)
    l->p->data = l->p->size;
  /* Differencing and undo images. */
  if (le32 (h + 0x4c) > 2)
    l->refused = probe_needs_parent;
  return l->failed == NULL;
}

const struct known probe_vdi = { VDI, is_vdi, look_at_vdi };

/* ---- parallels ---- */

#define OLD "WithoutFreeSpace"
#define NEW "WithouFreSpacExt"
#define SECTOR UINT64_C (512)
#define TABLE 64 /* offset */

static bool
is_parallels (const struct looking *l)
{
  return begins (l, OLD, 16) || begins (l, NEW, 16);
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
  uint64_t cluster = SECTOR * le32 (l->head + 28);
  /* The table counts in clusters, or in sectors if it is old. */
  probe_needs_clusters (l, &(struct clusters) {
                             .number = le32,
                             .table = TABLE,
                             .count = le32 (l->head + 32),
                             .unit = begins (l, OLD, 16) ? SECTOR : cluster,
                             .size = cluster,
                             .marks = UINT32_MAX,
                           });
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
