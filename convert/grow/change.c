/* SPDX-License-Identifier: MIT */
/* Change the places in a partition table.
 *
 * The new table is made in pieces.  They are first written to a disk in
 * memory and read again from there.  Only if the result is as intended, they
 * are written to the disk; of a GPT, one copy after the other. */
#include <config.h>

#include <stdlib.h>

#include "disk/memory.h"
#include "grow/layout.h"

struct piece {
  uint64_t offset, length;
  const unsigned char *bytes;
};

struct pieces {
  struct piece *list;
  size_t count;
};

/* ---- places ---- */

static uint64_t
moved (const struct change *c, uint64_t at)
{
  return at >= c->boundary ? at + c->shift : at;
}

/* The extended partition around a growing logical partition grows, too, for
 * that partition and for what moved behind it. */
static uint64_t
new_length (const struct layout *l, const struct change *c,
            const struct part *p)
{
  const struct part *grown = layout_number (l, c->number);

  if (p == grown)
    return c->length;
  if (!p->is_extended || !grown->is_logical)
    return p->length;
  uint64_t length = p->length + c->shift;
  uint64_t needed = grown->start + c->length - p->start;
  return needed > length ? needed : length;
}

static struct part *
new_parts (const struct layout *l, const struct change *c)
{
  struct part *to = calloc (l->count, sizeof *to);

  for (size_t i = 0; to != NULL && i < l->count; i++) {
    to[i] = l->parts[i];
    to[i].start = moved (c, to[i].start);
    to[i].length = new_length (l, c, &l->parts[i]);
  }
  return to;
}

static bool
same_place (const struct part *a, const struct part *b)
{
  return a->start == b->start && a->length == b->length;
}

static const struct part *
part_of (const struct layout *l, const struct part *new, unsigned number)
{
  return new + (layout_number (l, number) - l->parts);
}

/* ---- the first sector ---- */

/* An entry of a hybrid MBR that describes a partition of the GPT has to
 * follow that partition.  Its numbers are in sectors of the disk. */
static int
change_hybrid (struct layout *l, const struct part *old,
               const struct part *new, char **why)
{
  unsigned sector = l->table.facts.sector;
  uint64_t first, length;

  for (unsigned i = 0; i < MBR_SLOTS; i++) {
    if (!mbr_partition (l->table.boot, i, &first, &length)
        || first * sector != old->start || length * sector != old->length)
      continue;
    if (new->start / sector > UINT32_MAX || new->length / sector > UINT32_MAX)
      return table_fault (why,
                          "partition %u is in the hybrid MBR, too, which has "
                          "no numbers for its new place",
                          old->number);
    mbr_place (l->table.boot, i, new->start / sector, new->length / sector,
               0);
  }
  return 0;
}

static int
change_mbr_entry (struct layout *l, const struct part *old,
                  const struct part *new, char **why)
{
  uint64_t first = new->start / BOOT_SECTOR;
  uint64_t length = new->length / BOOT_SECTOR;

  if (first > UINT32_MAX || length > UINT32_MAX)
    return table_fault (why,
                        "partition %u would end behind 2 TiB, for which an "
                        "MBR has no numbers",
                        old->number);
  if (!old->is_logical)
    mbr_place (l->table.boot, old->slot, first, length, 0);
  return 0;
}

/* ---- a GPT ---- */

static int
change_gpt (struct layout *l, const struct part *new, char **why)
{
  for (size_t i = 0; i < l->count; i++) {
    const struct part *old = &l->parts[i];
    struct gpt_copy *copies[] = { &l->table.primary, &l->table.backup };
    uint64_t first = new[i].start / l->table.facts.sector;
    uint64_t end = part_end (&new[i]) / l->table.facts.sector;

    if (same_place (old, &new[i]))
      continue;
    for (size_t k = 0; k < 2; k++)
      gpt_place (copies[k], old->slot, first, end - 1);
    if (l->table.mbr.is_hybrid && change_hybrid (l, old, &new[i], why) == -1)
      return -1;
  }
  return 0;
}

static void
add (struct pieces *p, uint64_t offset, uint64_t length,
     const unsigned char *bytes)
{
  p->list[p->count++] = (struct piece) { offset, length, bytes };
}

static void
add_gpt (struct pieces *p, const struct gpt_copy *h)
{
  uint64_t sector = h->sector;

  add (p, h->entries * sector, h->length * sector, h->array);
  add (p, h->own * sector, sizeof h->raw, h->raw);
}

/* ---- logical partitions ---- */

/* The length in a link of the chain covers the next link up to the end of its
 * partition.  A link that has this length keeps this rule; any other length
 * stays as it is. */
static uint64_t
next_length (uint64_t length, uint64_t old_at, uint64_t new_at,
             const struct part *old, const struct part *new)
{
  uint64_t before = (part_end (old) - old_at) / BOOT_SECTOR;

  return length == before ? (part_end (new) - new_at) / BOOT_SECTOR : length;
}

static void
change_link (struct layout *l, const struct change *c, const struct part *new,
             size_t i)
{
  struct link *link = &l->links[i];
  const struct part *extended = layout_extended (l);
  uint64_t at = moved (c, link->at);
  uint64_t base = moved (c, extended->start);

  if (link->number != 0) {
    const struct part *p = part_of (l, new, link->number);
    mbr_place (link->sector, 0, (p->start - at) / BOOT_SECTOR,
               p->length / BOOT_SECTOR, at / BOOT_SECTOR);
  }
  if (i + 1 == l->nr_links)
    return;
  const struct link *next = &l->links[i + 1];
  uint64_t next_at = moved (c, next->at);
  uint64_t length = next_length (mbr_entry (link->sector, 1).length, next->at,
                                 next_at, layout_number (l, next->number),
                                 part_of (l, new, next->number));
  mbr_place (link->sector, 1, (next_at - base) / BOOT_SECTOR, length,
             base / BOOT_SECTOR);
}

static int
change_mbr (struct layout *l, const struct change *c, const struct part *new,
            char **why)
{
  for (size_t i = 0; i < l->count; i++)
    if (!same_place (&l->parts[i], &new[i])
        && change_mbr_entry (l, &l->parts[i], &new[i], why) == -1)
      return -1;
  for (size_t i = 0; i < l->nr_links; i++)
    change_link (l, c, new, i);
  return 0;
}

/* ---- writing ---- */

static int
change (struct layout *l, const struct change *c, const struct part *new,
        struct pieces *p, char **why)
{
  bool is_gpt = l->table.facts.kind == TABLE_GPT;
  int r = is_gpt ? change_gpt (l, new, why) : change_mbr (l, c, new, why);

  if (r == -1)
    return -1;
  p->list = calloc (l->nr_links + 5, sizeof p->list[0]);
  if (p->list == NULL)
    return table_fault (why, "no memory for a partition table");
  if (is_gpt) {
    add_gpt (p, &l->table.backup);
    add (p, 0, BOOT_SECTOR, l->table.boot);
    add_gpt (p, &l->table.primary);
    return 0;
  }
  for (size_t i = 0; i < l->nr_links; i++)
    add (p, moved (c, l->links[i].at), BOOT_SECTOR, l->links[i].sector);
  add (p, 0, BOOT_SECTOR, l->table.boot);
  return 0;
}

static int
write_pieces (struct disk *d, const struct pieces *p, char **why)
{
  for (size_t i = 0; i < p->count; i++)
    if (d->write (d, p->list[i].bytes, p->list[i].length, p->list[i].offset,
                  why)
        == -1)
      return -1;
  return 0;
}

/* Whether the table that was written is as intended, and nothing else
 * changed. */
static int
compare (struct disk *d, const struct layout *l, const struct part *new,
         char **why)
{
  struct layout made;
  bool same;

  if (layout_read (d, d->size, &made, why) == -1)
    return -1;
  same = made.count == l->count && made.nr_links == l->nr_links;
  for (size_t i = 0; same && i < l->count; i++)
    same = same_place (&made.parts[i], &new[i])
           && made.parts[i].number
                == new[i].number &&strcmp (made.parts[i].name, new[i].name)
                == 0;
  layout_free (&made);
  return same ? 0
              : table_fault (why, "the new partition table is not the "
                                  "intended one, so it was not written");
}

static int
write_checked (struct disk *d, const struct layout *l, const struct part *new,
               const struct pieces *p, char **why)
{
  struct memory_disk m;

  if (memory_make (&m, d->size, why) == -1)
    return -1;
  int r = write_pieces (&m.disk, p, why);
  if (r == 0)
    r = compare (&m.disk, l, new, why);
  memory_free (&m);
  return r == 0 ? write_pieces (d, p, why) : -1;
}

int
layout_change (struct disk *d, struct layout *l, const struct change *c,
               char **why)
{
  struct pieces p = { 0 };
  struct part *new = new_parts (l, c);

  if (new == NULL)
    return table_fault (why, "no memory for %zu partitions", l->count);
  int r = change (l, c, new, &p, why);
  if (r == 0)
    r = write_checked (d, l, new, &p, why);
  free (p.list);
  free (new);
  return r;
}
