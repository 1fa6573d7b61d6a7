/* SPDX-License-Identifier: MIT */
/* vpc, which Microsoft calls VHD.  A dynamic image begins with a copy of its
 * footer.  A fixed image is a raw disk with a footer behind it. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probe/internal.h"

#define FOOTER PROBE_FOOTER
#define SECTOR UINT64_C (512)
#define COOKIE "conectix"
#define FIXED 2
#define DYNAMIC 3
#define DIFFERENCING 4
/* The largest number of cylinders, heads and sectors. */
#define MOST_SECTORS (UINT64_C (65535) * 16 * 255)

static bool
has_good_sum (const unsigned char *f)
{
  uint32_t sum = 0;

  for (unsigned i = 0; i < FOOTER; i++)
    if (i < 64 || i >= 68)
      sum += f[i];
  return ~sum == be32 (f + 64);
}

/* The size of the disk, by the same rules as in qemu.  Most programs round
 * the size to whole cylinders and mean the cylinders.  Some programs, which
 * are recognized by their names, mean the size. */
static uint64_t
size_of (const unsigned char *f)
{
  static const char *const exact[] = { "win ", "qem2", "d2v ",
                                       "tap",  "CTXS", "wa\0" };
  uint64_t size = be64 (f + 48);
  uint64_t sectors = (uint64_t) be16 (f + 56) * f[58] * f[59];

  for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
    if (memcmp (f + 28, exact[i], 4) == 0)
      return size;
  return sectors == MOST_SECTORS ? size : sectors * 512;
}

static bool
is_dynamic (const struct looking *l)
{
  return begins (l, COOKIE, strlen (COOKIE));
}

/* A block begins with a bitmap of its sectors.  The footer behind all blocks is
 * at the beginning, too. */
static void
need_blocks (struct looking *l)
{
  const unsigned char *h = l->head + FOOTER;
  uint64_t block = be32 (h + 32), bits = block / SECTOR;

  if (l->have < FOOTER + 36 || memcmp (h, "cxsparse", 8) != 0)
    return;
  probe_needs_clusters (l,
                        &(struct clusters) {
                          .number = be32,
                          .table = be64 (h + 16),
                          .count = be32 (h + 28),
                          .first = (bits / 8 + SECTOR - 1) / SECTOR * SECTOR,
                          .unit = SECTOR,
                          .size = block,
                          .marks = UINT32_MAX,
                        });
}

static bool
look_at_dynamic (struct looking *l)
{
  uint32_t type = be32 (l->head + 60);

  if (l->have < FOOTER)
    return is_broken (l, "it ends within its header", UNKNOWN);
  if (!has_good_sum (l->head))
    return is_broken (l, "the checksum of its header is wrong", UNKNOWN);
  if (type != DIFFERENCING && type != DYNAMIC && type != FIXED)
    return is_broken (l, "there is no such type", type);
  l->p->size = size_of (l->head);
  need_blocks (l);
  if (type == DIFFERENCING)
    l->refused = probe_needs_parent;
  return l->failed == NULL;
}

const struct known probe_vpc = { VPC, is_dynamic, look_at_dynamic };

/* ---- fixed ---- */

/* A guest can write a fake footer into the last sector of its raw disk.  But
 * if the disk has a GPT, that says where the disk ends: behind a fake footer,
 * before a real one. */
static bool
reaches_the_end (const struct looking *l)
{
  const unsigned char *gpt = l->head + 512;

  return l->have >= 1024 && memcmp (gpt, "EFI PART", 8) == 0
         && le64 (gpt + 32) == l->r->size / 512 - 1;
}

/* Called last, so the image looks like no other format. */
static bool
is_fixed (const struct looking *l)
{
  struct looking *own = (struct looking *) (uintptr_t) l;
  unsigned char f[FOOTER];

  if (l->r->in_order || l->r->size == UNKNOWN || l->r->size < 2 * FOOTER)
    return false;
  return look_at (own, f, FOOTER, l->r->size - FOOTER)
         && memcmp (f, COOKIE, strlen (COOKIE)) == 0;
}

static bool
look_at_fixed (struct looking *l)
{
  unsigned char f[FOOTER];

  if (!look_at (l, f, FOOTER, l->r->size - FOOTER))
    return false;
  if (!has_good_sum (f))
    return is_broken (l, "the checksum of its footer is wrong", UNKNOWN);
  if (be32 (f + 60) != FIXED)
    return is_broken (l, "its footer is not one of a fixed disk",
                      be32 (f + 60));
  if (l->r->size % 512 != 0 || be64 (f + 48) != l->r->size - FOOTER)
    return is_broken (l, "its footer is for a disk of another size",
                      be64 (f + 48));
  if (reaches_the_end (l))
    return is_broken (l, "its partition table includes the footer", UNKNOWN);
  l->p->size = size_of (f);
  return true;
}

bool
probe_ends_fixed_vhd (const unsigned char f[FOOTER], uint64_t size)
{
  return memcmp (f, COOKIE, strlen (COOKIE)) == 0 && has_good_sum (f)
         && be32 (f + 60) == FIXED && be64 (f + 48) == size - FOOTER;
}

const struct known probe_vpc_fixed = { VPC, is_fixed, look_at_fixed };
