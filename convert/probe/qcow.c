/* SPDX-License-Identifier: MIT */
/* qcow2, the format of qemu. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probe/internal.h"
#include "tool.h"

#define EXTERNAL_DATA 4
#define EXTENDED_L2 16
#define BACKING_FORMAT 0xe2792aca
#define DATA_FILE 0x44415441
#define MOST_EXTENSIONS 1024
#define COMPRESSED (UINT64_C (1) << 62)
#define COPIED (UINT64_C (1) << 63)
#define READS_AS_ZERO 1
#define SECTOR 512
#define HOST_OFFSET UINT64_C (0x00fffffffffffe00)
/* If there are more tables, only some of them are read. */
#define MOST_TABLES 64
#define LARGEST_L1 (UINT64_C (32) << 20)

struct qcow2 {
  uint32_t version, cluster_bits, header_length;
  uint64_t incompatible, backing, l1;
  uint32_t backing_length, l1_count;
  uint64_t packed; /* bytes of the disk that are in compressed clusters */
};

static bool
is_qcow2 (const struct looking *l)
{
  return begins (l, "QFI\xfb", 4) && (l->have < 8 || be32 (l->head + 4) != 1);
}

static bool
read_header (struct looking *l, struct qcow2 *q)
{
  const unsigned char *h = l->head;

  if (l->have < 72)
    return is_broken (l, "it ends within its header", UNKNOWN);
  *q = (struct qcow2) {
    .version = be32 (h + 4),
    .backing = be64 (h + 8),
    .backing_length = be32 (h + 16),
    .cluster_bits = be32 (h + 20),
    .l1_count = be32 (h + 36),
    .l1 = be64 (h + 40),
    .header_length = 72,
  };
  l->p->size = be64 (h + 24);
  if (q->version != 2 && q->version != 3)
    return is_broken (l, "there is no such version", q->version);
  if (q->cluster_bits < 9 || q->cluster_bits > 21)
    return is_broken (l, "clusters cannot have so many bits",
                      q->cluster_bits);
  if (l->p->size > INT64_MAX)
    return is_broken (l, "no disk is so large", l->p->size);
  if (be32 (h + 32) != 0)
    l->refused = probe_is_encrypted;
  if (q->version == 2)
    return true;
  if (l->have < 104)
    return is_broken (l, "it ends within its header", UNKNOWN);
  q->incompatible = be64 (h + 72);
  q->header_length = be32 (h + 100);
  if (q->header_length < 104
      || q->header_length > UINT32_C (1) << q->cluster_bits)
    return is_broken (l, "its header cannot be so long", q->header_length);
  return true;
}

static void
take_backing_format (struct looking *l, struct reference *backing,
                     uint64_t offset, uint32_t length)
{
  char name[16];

  if (backing == NULL)
    return;
  backing->named = false;
  if (length >= sizeof name || !look_at (l, name, length, offset))
    backing->odd = true;
  else {
    name[length] = '\0';
    backing->named = format_by_name (name, &backing->format);
    backing->odd = !backing->named;
  }
}

/* Read the extensions behind the header: the format of the backing file, and
 * the name of the external data file. */
static bool
read_extensions (struct looking *l, const struct qcow2 *q,
                 struct reference *backing)
{
  uint64_t at = q->header_length, end = UINT64_C (1) << q->cluster_bits;
  unsigned char head[8];
  unsigned count = 0;
  bool has_data = false;

  if (q->backing != 0 && q->backing < end)
    end = q->backing;
  while (at + 8 <= end && look_at (l, head, 8, at) && be32 (head) != 0) {
    uint32_t kind = be32 (head), length = be32 (head + 4);
    at += 8;
    if (length > end - at || ++count > MOST_EXTENSIONS)
      return is_broken (l, "extensions of its header are too long", length);
    if (kind == BACKING_FORMAT)
      take_backing_format (l, backing, at, length);
    if (kind == DATA_FILE && (q->incompatible & EXTERNAL_DATA) != 0) {
      struct reference *r = refers_at (l, "data file", at, length);
      r->named = true;
      r->format = RAW;
      has_data = true;
    }
    at += ((uint64_t) length + 7) & ~UINT64_C (7);
  }
  if ((q->incompatible & EXTERNAL_DATA) != 0 && !has_data)
    refers (l, "data file", NULL, 0);
  return l->failed == NULL;
}

static bool
is_extended (const struct qcow2 *q)
{
  return (q->incompatible & EXTENDED_L2) != 0;
}

/* The offset of a compressed cluster has fewer bits, because the number of
 * sectors follows, of which the last one may be shorter.  An extended entry
 * has a bit for each of 32 subclusters; those behind the last allocated one
 * need not be in the file. */
static void
need_entry (struct looking *l, const struct qcow2 *q, const unsigned char *e,
            uint64_t place)
{
  uint64_t entry = be64 (e), cluster = UINT64_C (1) << q->cluster_bits;
  unsigned offset_bits = 70 - q->cluster_bits;
  uint64_t offset = entry & ((UINT64_C (1) << offset_bits) - 1);
  uint64_t sectors = (entry & (COMPRESSED - 1)) >> offset_bits;
  uint64_t at = entry & HOST_OFFSET;

  if ((entry & COMPRESSED) != 0)
    probe_needs (l, offset / SECTOR * SECTOR, sectors * SECTOR + 1);
  else if (is_extended (q)) {
    uint32_t bits = be32 (e + 12);
    unsigned unused = bits != 0 ? __builtin_clz (bits) : 32;
    probe_needs_cluster (l, at, place, cluster / 32 * (32 - unused));
  }
  else if ((entry & READS_AS_ZERO) == 0)
    probe_needs_cluster (l, at, place, cluster);
}

static void
count_entry (struct probe *p, struct qcow2 *q, const unsigned char *e)
{
  uint64_t entry = be64 (e), cluster = UINT64_C (1) << q->cluster_bits;

  if ((entry & COMPRESSED) != 0) {
    q->packed += cluster;
    p->data += cluster;
  }
  else if (is_extended (q))
    p->data += cluster / 32 * __builtin_popcount (be32 (e + 12));
  else if ((entry & READS_AS_ZERO) == 0
           && (entry & (HOST_OFFSET | COPIED)) != 0)
    p->data += cluster;
}

/* Read a table, whose first entry is for this PLACE of the disk. */
static bool
count_table (struct looking *l, struct qcow2 *q, uint64_t at, uint64_t place)
{
  size_t size = (size_t) 1 << q->cluster_bits;
  size_t entry = is_extended (q) ? 16 : 8;
  unsigned char *table = tool_alloc (size);
  bool good = look_at (l, table, size, at);

  for (size_t i = 0; good && i < size; i += entry, place += size) {
    need_entry (l, q, table + i, place);
    count_entry (l->p, q, table + i);
  }
  free (table);
  return good;
}

/* Count the entries of every STEP-th table, and of the last one of them:
 * programs that copy a disk write its end last. */
static bool
count_tables (struct looking *l, struct qcow2 *q, const unsigned char *l1,
              size_t tables)
{
  uint64_t size = UINT64_C (1) << q->cluster_bits;
  uint64_t covers = size / (is_extended (q) ? 16 : 8) * size;
  size_t step = tables / MOST_TABLES + 1, seen = 0;

  for (uint32_t i = 0; i < q->l1_count; i++) {
    uint64_t at = be64 (l1 + 8 * (size_t) i) & HOST_OFFSET;
    if (at == 0)
      continue;
    probe_needs (l, at, size);
    if ((seen++ % step == 0 || seen == tables)
        && !count_table (l, q, at, i * covers))
      return false;
  }
  return true;
}

/* Find out how much is allocated, and whether all of it is compressed.  If
 * the tables cannot be read, the amount stays unknown.  qemu will report
 * tables that are broken. */
static void
count_clusters (struct looking *l, struct qcow2 *q)
{
  uint64_t length = (uint64_t) q->l1_count * 8;
  size_t tables = 0;

  probe_needs (l, q->l1, length);
  if (l->r->in_order || length > LARGEST_L1
      || (l->r->size != UNKNOWN && length > l->r->size))
    return;
  unsigned char *l1 = tool_alloc (length + 1);
  bool good = look_at (l, l1, length, q->l1);
  for (uint32_t i = 0; good && i < q->l1_count; i++)
    tables += (be64 (l1 + 8 * (size_t) i) & HOST_OFFSET) != 0;
  l->p->data = 0;
  if (good)
    good = count_tables (l, q, l1, tables);
  l->p->compressed = q->packed > 0 && q->packed == l->p->data;
  if (!good || tables > MOST_TABLES || l->p->data > l->p->size)
    l->p->data = UNKNOWN;
  free (l1);
}

static bool
look_at_qcow2 (struct looking *l)
{
  struct qcow2 q = { .version = 0 };
  struct reference *backing = NULL;

  if (!read_header (l, &q))
    return false;
  if (q.backing != 0 && q.backing_length != 0) {
    if (q.backing_length > LONGEST_NAME)
      return is_broken (l, "the name of its backing file is too long",
                        q.backing_length);
    backing = refers_at (l, "backing file", q.backing, q.backing_length);
  }
  if (!read_extensions (l, &q, backing))
    return false;
  count_clusters (l, &q);
  /* The clusters of an image may all be in another file. */
  if ((q.incompatible & EXTERNAL_DATA) == 0)
    probe_look_for_end (l);
  return l->failed == NULL;
}

const struct known probe_qcow2 = { QCOW2, is_qcow2, look_at_qcow2 };
