/* SPDX-License-Identifier: MIT */
/* Find out where everything is on a disk with partitions. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "grow/layout.h"
#include "tool.h"

#define NAME_UNITS 36u

/* ---- names of a GPT ---- */

static uint16_t
unit_of (const unsigned char *name, unsigned i)
{
  return i < NAME_UNITS ? name[2 * i] | name[2 * i + 1] << 8 : 0;
}

static char *
put_character (char *to, uint32_t c)
{
  if (c < 0x80)
    *to++ = c;
  else if (c < 0x800) {
    *to++ = 0xc0 | c >> 6;
    *to++ = 0x80 | (c & 0x3f);
  }
  else if (c < 0x10000) {
    *to++ = 0xe0 | c >> 12;
    *to++ = 0x80 | (c >> 6 & 0x3f);
    *to++ = 0x80 | (c & 0x3f);
  }
  else {
    *to++ = 0xf0 | c >> 18;
    *to++ = 0x80 | (c >> 12 & 0x3f);
    *to++ = 0x80 | (c >> 6 & 0x3f);
    *to++ = 0x80 | (c & 0x3f);
  }
  return to;
}

/* Decode UTF-16.  An unpaired surrogate becomes U+FFFD. */
static void
take_name (char to[PARTITION_NAME_MAX], const unsigned char *name)
{
  for (unsigned i = 0; unit_of (name, i) != 0; i++) {
    uint32_t c = unit_of (name, i), low = unit_of (name, i + 1);

    if ((c & 0xfc00) == 0xd800 && (low & 0xfc00) == 0xdc00) {
      c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
      i++;
    }
    else if ((c & 0xf800) == 0xd800)
      c = 0xfffd;
    to = put_character (to, c);
  }
  *to = '\0';
}

/* ---- what cannot be moved ---- */

/* The code in GRUB's first sector contains the numbers of these sectors. */
static const char *
fixed_type_of_gpt (const unsigned char *entry)
{
  return memcmp (entry, "Hah!IdontNeedEFI", 16) == 0
           ? "it is a BIOS boot partition, whose sectors the boot loader "
             "knows"
           : NULL;
}

static const char *
fixed_type_of_mbr (unsigned type)
{
  return type == 0xa5 || type == 0xa6 || type == 0xa9 || type == 0xbf
           ? "it has partitions of its own, which are counted from the "
             "beginning of the disk"
           : NULL;
}

/* ---- lists ---- */

static struct part *
add_part (struct layout *l, char **why)
{
  struct part *parts = realloc (l->parts, (l->count + 1) * sizeof *parts);

  if (parts == NULL) {
    table_fault (why, "no memory for %zu partitions", l->count + 1);
    return NULL;
  }
  l->parts = parts;
  struct part *p = &parts[l->count++];
  *p = (struct part) { 0 };
  return p;
}

static int
take_gpt (struct layout *l, char **why)
{
  struct partition one;

  for (uint32_t i = 0; table_next (&l->table, &i, &one);) {
    const unsigned char *entry = table_entry (&l->table, i - 1);
    struct part *p = add_part (l, why);
    if (p == NULL)
      return -1;
    p->number = one.number;
    p->start = one.start;
    p->length = one.length;
    p->slot = i - 1;
    p->fixed = fixed_type_of_gpt (entry);
    take_name (p->name, entry + 56);
  }
  return 0;
}

static int
take_link (void *opaque, const unsigned char sector[BOOT_SECTOR], uint64_t at,
           char **why)
{
  struct layout *l = opaque;
  struct link *links = realloc (l->links, (l->nr_links + 1) * sizeof *links);
  struct mbr_entry e;

  if (links == NULL)
    return table_fault (why, "no memory for %zu partitions", l->nr_links + 1);
  l->links = links;
  struct link *link = &links[l->nr_links++];
  *link = (struct link) { .at = at * BOOT_SECTOR };
  memcpy (link->sector, sector, BOOT_SECTOR);
  if (!mbr_logical (sector, &e))
    return 0;

  unsigned number = MBR_FIRST_LOGICAL;
  for (size_t i = 0; i < l->count; i++)
    number += l->parts[i].is_logical;
  struct part *p = add_part (l, why);
  if (p == NULL)
    return -1;
  p->number = link->number = number;
  p->start = (at + e.first) * BOOT_SECTOR;
  p->length = e.length * BOOT_SECTOR;
  p->is_logical = true;
  p->fixed = fixed_type_of_mbr (e.type);
  return 0;
}

static int
take_mbr (struct layout *l, struct disk *d, char **why)
{
  for (unsigned i = 0; i < MBR_SLOTS; i++) {
    struct mbr_entry e = mbr_entry (l->table.boot, i);
    if (e.type == 0 || e.length == 0)
      continue;
    struct part *p = add_part (l, why);
    if (p == NULL)
      return -1;
    p->number = i + 1;
    p->start = e.first * BOOT_SECTOR;
    p->length = e.length * BOOT_SECTOR;
    p->slot = i;
    p->is_extended = mbr_is_extended (&e);
    p->fixed = fixed_type_of_mbr (e.type);
  }
  size_t primary = l->count;
  for (size_t i = 0, found = 0; i < primary; i++) {
    if (!l->parts[i].is_extended)
      continue;
    if (found++ > 0)
      return table_fault (why, "there are two extended partitions");
    if (mbr_walk (d, l->parts[i].start / BOOT_SECTOR, take_link, l, why)
        == -1)
      return -1;
  }
  return 0;
}

/* ---- checks ---- */

struct part *
layout_extended (const struct layout *l)
{
  for (size_t i = 0; i < l->count; i++)
    if (l->parts[i].is_extended)
      return &l->parts[i];
  return NULL;
}

struct part *
layout_number (const struct layout *l, unsigned number)
{
  for (size_t i = 0; i < l->count; i++)
    if (l->parts[i].number == number)
      return &l->parts[i];
  return NULL;
}

static bool
lies_in (const struct part *p, uint64_t start, uint64_t length)
{
  return start >= p->start && start - p->start <= p->length
         && length <= p->length - (start - p->start);
}

static int
check_part (const struct layout *l, const struct part *p, uint64_t size,
            char **why)
{
  const struct part *extended = layout_extended (l);

  if (p->start == 0)
    return table_fault (why, "partition %u begins where the table is",
                        p->number);
  if (p->start > size || p->length > size - p->start)
    return table_fault (why, "partition %u ends behind the disk", p->number);
  if (p->is_logical && !lies_in (extended, p->start, p->length))
    return table_fault (why, "partition %u is not within partition %u",
                        p->number, extended->number);
  return 0;
}

static int
overlap (const struct part *p, const struct part *q, char **why)
{
  return table_fault (why, "partitions %u and %u overlap", p->number,
                      q->number);
}

/* The partitions are sorted, so each one must end before the next one of the
 * same level begins. */
static int
check_parts (const struct layout *l, uint64_t size, char **why)
{
  const struct part *last[2] = { NULL, NULL };

  for (size_t i = 0; i < l->count; i++) {
    const struct part *p = &l->parts[i], **before = &last[p->is_logical];
    if (check_part (l, p, size, why) == -1)
      return -1;
    if (*before != NULL && part_end (*before) > p->start)
      return overlap (*before, p, why);
    *before = p;
  }
  return 0;
}

static int
check_links (const struct layout *l, char **why)
{
  const struct part *extended = layout_extended (l);

  for (size_t i = 0; i < l->nr_links; i++) {
    uint64_t at = l->links[i].at;
    if (!lies_in (extended, at, BOOT_SECTOR))
      return table_fault (why,
                          "the chain of logical partitions leaves "
                          "partition %u",
                          extended->number);
    if (i > 0 && l->links[i].number == 0)
      return table_fault (why,
                          "the chain of logical partitions has a part that "
                          "is empty");
    for (size_t k = 0; k < i; k++)
      if (l->links[k].at == at)
        return table_fault (why, "the chain of logical partitions is a ring");
    for (size_t k = 0; k < l->count; k++)
      if (l->parts[k].is_logical && lies_in (&l->parts[k], at, 1))
        return table_fault (why,
                            "the chain of logical partitions leads into "
                            "partition %u",
                            l->parts[k].number);
  }
  return 0;
}

static int
by_start (const void *a, const void *b)
{
  const struct part *p = a, *q = b;

  return (p->start > q->start) - (p->start < q->start);
}

static int
read_parts (struct disk *d, uint64_t old_size, struct layout *l, char **why)
{
  const struct disk_table *t = &l->table;

  if (t->facts.kind == TABLE_NONE)
    return table_fault (why, "the disk has no partitions");
  if (t->facts.kind == TABLE_MBR && t->mbr.is_odd)
    return table_fault (why, "the first sector protects a GPT that is not "
                             "there");
  int r = t->facts.kind == TABLE_GPT ? take_gpt (l, why)
                                     : take_mbr (l, d, why);
  if (r == -1)
    return -1;
  qsort (l->parts, l->count, sizeof l->parts[0], by_start);
  uint64_t size = d->size > old_size ? d->size : old_size;
  if (check_parts (l, size, why) == -1)
    return -1;
  return check_links (l, why);
}

int
layout_read (struct disk *d, uint64_t old_size, struct layout *l, char **why)
{
  *l = (struct layout) { 0 };
  if (table_load (d, old_size, &l->table, why) == -1)
    return -1;
  if (read_parts (d, old_size, l, why) == 0)
    return 0;
  layout_free (l);
  return -1;
}

void
layout_free (struct layout *l)
{
  table_unload (&l->table);
  free (l->parts);
  free (l->links);
  *l = (struct layout) { 0 };
}
