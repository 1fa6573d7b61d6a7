/* SPDX-License-Identifier: MIT */
/* qcow of version 1, and qed: older formats of qemu.  Their clusters are found
 * by two levels of tables. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "probe/internal.h"
#include "tool.h"

/* ---- tables ---- */

/* How many of the tables are read. */
#define TABLES_READ 64
#define MOST_TABLES (UINT64_C (1) << 22)
#define MOST_ENTRIES (UINT64_C (1) << 20)
#define ENTRY 8

struct levels {
  uint64_t (*number) (const unsigned char *p);
  uint64_t at;         /* where the table of tables is */
  uint64_t entries;    /* in each table */
  uint64_t cluster;    /* bytes */
  uint64_t compressed; /* the bit of an entry that says so */
};

/* An entry for a compressed cluster has the number of its bytes above its
 * offset. */
static void
need_entry (struct looking *l, const struct levels *v, uint64_t entry,
            uint64_t place)
{
  uint64_t offsets = (UINT64_C (1) << 63) / v->cluster;

  if ((entry & v->compressed) != 0)
    probe_needs (l, entry % offsets, entry / offsets % v->cluster);
  else if (entry >= v->cluster) /* else it is a mark, such as for zeroes */
    probe_needs_cluster (l, entry, place, v->cluster);
}

/* Read the table at AT, whose first entry is for this PLACE of the disk. */
static bool
read_table (struct looking *l, const struct levels *v, uint64_t at,
            uint64_t place)
{
  unsigned char *table = tool_alloc (v->entries * ENTRY);
  bool good = look_at (l, table, v->entries * ENTRY, at);

  for (uint64_t i = 0; good && i < v->entries; i++)
    need_entry (l, v, v->number (table + i * ENTRY), place + i * v->cluster);
  free (table);
  return good;
}

/* The last tables are read: programs that copy a disk write its end last. */
static void
read_tables (struct looking *l, const struct levels *v)
{
  uint64_t covers = v->entries * v->cluster;
  uint64_t tables = l->p->size / covers + (l->p->size % covers != 0);
  unsigned seen = 0;

  if (tables > MOST_TABLES || v->entries > MOST_ENTRIES || l->r->in_order)
    return;
  probe_needs (l, v->at, tables * ENTRY);
  unsigned char *list = tool_alloc (tables * ENTRY + 1);
  bool good = look_at (l, list, tables * ENTRY, v->at);
  while (good && tables-- > 0 && seen < TABLES_READ) {
    uint64_t at = v->number (list + tables * ENTRY);
    if (at == 0)
      continue;
    seen++;
    probe_needs (l, at, v->entries * ENTRY);
    good = read_table (l, v, at, tables * covers);
  }
  free (list);
  probe_look_for_end (l);
}

/* ---- qcow ---- */

static bool
is_qcow (const struct looking *l)
{
  return begins (l, "QFI\xfb\0\0\0\1", 8);
}

static bool
look_at_qcow (struct looking *l)
{
  const unsigned char *h = l->head;

  if (l->have < 48)
    return is_broken (l, "it ends within its header", UNKNOWN);
  l->p->size = be64 (h + 24);
  if (l->p->size > INT64_MAX)
    return is_broken (l, "no disk is so large", l->p->size);
  if (h[32] < 9 || h[32] > 16)
    return is_broken (l, "clusters cannot have so many bits", h[32]);
  if (h[33] < 6 || h[33] > 13)
    return is_broken (l, "tables cannot have so many bits", h[33]);
  if (be64 (h + 8) != 0)
    refers_at (l, "backing file", be64 (h + 8), be32 (h + 16));
  read_tables (l, &(struct levels) {
                    .number = be64,
                    .at = be64 (h + 40),
                    .entries = UINT64_C (1) << h[33],
                    .cluster = UINT64_C (1) << h[32],
                    .compressed = UINT64_C (1) << 63,
                  });
  if (be32 (h + 36) != 0)
    l->refused = probe_is_encrypted;
  return l->failed == NULL;
}

const struct known probe_qcow = { QCOW, is_qcow, look_at_qcow };

/* ---- qed ---- */

#define QED_BACKING 1
#define QED_RAW_BACKING 4

static bool
is_qed (const struct looking *l)
{
  return begins (l, "QED", 4);
}

/* What qemu accepts.  It reports what it does not. */
static bool
has_good_tables (const unsigned char *h)
{
  uint32_t cluster = le32 (h + 4), table = le32 (h + 8);

  return powerof2 (cluster) && cluster >= 4096 && cluster <= 64 << 20
         && powerof2 (table) && table >= 1 && table <= 16;
}

static bool
look_at_qed (struct looking *l)
{
  const unsigned char *h = l->head;

  if (l->have < 64)
    return is_broken (l, "it ends within its header", UNKNOWN);
  uint64_t features = le64 (h + 16);
  l->p->size = le64 (h + 48);
  if (l->p->size > INT64_MAX)
    return is_broken (l, "no disk is so large", l->p->size);
  if ((features & QED_BACKING) != 0) {
    struct reference *r = refers_at (l, "backing file", le32 (h + 56),
                                     le32 (h + 60));
    r->named = (features & QED_RAW_BACKING) != 0;
    r->format = RAW;
  }
  if (has_good_tables (h))
    read_tables (l,
                 &(struct levels) {
                   .number = le64,
                   .at = le64 (h + 40),
                   .entries = (uint64_t) le32 (h + 4) * le32 (h + 8) / ENTRY,
                   .cluster = le32 (h + 4),
                 });
  return l->failed == NULL;
}

const struct known probe_qed = { QED, is_qed, look_at_qed };
