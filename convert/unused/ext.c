/* SPDX-License-Identifier: MIT */
/* ext2, ext3 and ext4: the blocks that are free in their bitmaps.
 *
 * libext2fs reads the bitmaps.  Before it does, we check that the file system
 * fits into its partition, so that no wrong size makes the library allocate
 * much memory.  Free blocks are only trusted if the file system was left
 * clean, all checksums are right, each group has as many free blocks as it
 * says, and no block that the file system uses for itself is among them. */
#include <config.h>

#include <com_err.h>
#include <ext2fs/ext2fs.h>
#include <stdlib.h>
#include <string.h>

#include "disk/ext.h"
#include "disk/table.h"
#include "tool.h"
#include "unused/ext-channel.h"
#include "unused/owner.h"

/* ---- the superblock, before libext2fs sees it ---- */

static bool
read_superblock (struct area *a, struct ext *e)
{
  unsigned char s[EXT_SUPERBLOCK_SIZE];

  return area_read (a, s, sizeof s, EXT_SUPERBLOCK_AT) == 0
         && ext_parse (e, s);
}

static const char *
look (struct area *a)
{
  struct ext e;

  return read_superblock (a, &e) ? e.name : NULL;
}

/* Returns NULL, or why libext2fs should not even open it. */
static char *
is_not_to_be_opened (struct area *a, struct ext *e)
{
  if (!read_superblock (a, e))
    return tool_format ("its superblock cannot be read");
  return ext_does_not_fit (e, a->length);
}

/* ---- checking ---- */

static char *
is_in_use (ext2_filsys fs)
{
  unsigned char block[EXT2_MAX_BLOCK_SIZE];

  if (!ext2fs_has_feature_mmp (fs->super))
    return NULL;
  if (io_channel_read_blk64 (fs->io, fs->super->s_mmp_block, 1, block) != 0
      || get32 (block) != EXT4_MMP_MAGIC)
    return tool_format ("its multiple mount protection block (MMP) is "
                        "damaged");
  if (get32 (block + 4) != EXT4_MMP_SEQ_CLEAN)
    return tool_format ("another machine has mounted it, or crashed "
                        "while it was mounted");
  return NULL;
}

static char *
is_odd (ext2_filsys fs)
{
  struct ext2_super_block *s = fs->super;

  if ((s->s_feature_compat & ~EXT2_LIB_FEATURE_COMPAT_SUPP)
      || (s->s_feature_ro_compat & ~EXT2_LIB_FEATURE_RO_COMPAT_SUPP))
    return tool_format ("it has features that are not known: compat %#x, "
                        "ro_compat %#x",
                        s->s_feature_compat & ~EXT2_LIB_FEATURE_COMPAT_SUPP,
                        s->s_feature_ro_compat
                          & ~EXT2_LIB_FEATURE_RO_COMPAT_SUPP);
  return is_in_use (fs);
}

static char *
failed (const char *what, errcode_t error)
{
  return tool_format ("%s: %s", what, error_message (error));
}

/* ---- free blocks ---- */

static bool
is_used (ext2_filsys fs, blk64_t first, uint64_t count)
{
  blk64_t found;

  return count == 0
         || ext2fs_find_first_zero_block_bitmap2 (fs->block_map, first,
                                                  first + count - 1, &found)
              == ENOENT;
}

/* Whether the blocks that describe the group are marked as used. */
static bool
keeps_its_own (ext2_filsys fs, dgrp_t g)
{
  blk64_t super, old, new;

  ext2fs_super_and_bgd_loc2 (fs, g, &super, &old, &new, NULL);
  return (g != 0 && super == 0 ? true : is_used (fs, super, super > 0))
         && is_used (fs, old, old > 0 ? fs->desc_blocks : 0)
         && is_used (fs, new, new > 0)
         && is_used (fs, ext2fs_block_bitmap_loc (fs, g), 1)
         && is_used (fs, ext2fs_inode_bitmap_loc (fs, g), 1)
         && is_used (fs, ext2fs_inode_table_loc (fs, g),
                     fs->inode_blocks_per_group);
}

/* Add the free blocks of a group.  Returns how many blocks these are. */
static uint64_t
add_group (ext2_filsys fs, dgrp_t g, const struct area *a, struct unused *u)
{
  blk64_t at = ext2fs_group_first_block2 (fs, g);
  blk64_t last = ext2fs_group_last_block2 (fs, g), free, used;
  uint64_t count = 0;

  while (at <= last
         && ext2fs_find_first_zero_block_bitmap2 (fs->block_map, at, last,
                                                  &free)
              == 0) {
    if (ext2fs_find_first_set_block_bitmap2 (fs->block_map, free, last, &used)
        != 0)
      used = last + 1;
    unused_add (u, a->start + free * fs->blocksize,
                a->start + used * fs->blocksize);
    count += used - free;
    at = used;
  }
  return count;
}

static char *
look_at_group (ext2_filsys fs, dgrp_t g, const struct area *a,
               struct unused *u)
{
  uint64_t ratio = EXT2FS_CLUSTER_RATIO (fs);

  if (ext2fs_has_group_desc_csum (fs)
      && !ext2fs_group_desc_csum_verify (fs, g))
    return tool_format ("the checksum of block group %u is wrong", g);
  if (!keeps_its_own (fs, g))
    return tool_format ("block group %u marks blocks as free that hold "
                        "its own description",
                        g);
  uint64_t free = (add_group (fs, g, a, u) + ratio - 1) / ratio;
  if (free != ext2fs_bg_free_blocks_count (fs, g))
    return tool_format ("block group %u has %llu free clusters, but says "
                        "%llu",
                        g, (unsigned long long) free,
                        (unsigned long long) ext2fs_bg_free_blocks_count (fs,
                                                                          g));
  return NULL;
}

static char *
look_at_groups (ext2_filsys fs, const struct area *a, struct unused *u)
{
  errcode_t error = ext2fs_check_desc (fs);

  if (error != 0)
    return failed ("its group descriptors are damaged", error);
  error = ext2fs_read_block_bitmap (fs);
  if (error != 0)
    return failed ("its block bitmaps cannot be read", error);
  for (dgrp_t g = 0; g < fs->group_desc_count; g++) {
    char *odd = look_at_group (fs, g, a, u);
    if (odd != NULL)
      return odd;
  }
  return NULL;
}

static char *
find (struct area *a, struct unused *u, struct volumes *volumes)
{
  struct ext e;
  char *odd = is_not_to_be_opened (a, &e);
  ext2_filsys fs;

  (void) volumes;
  if (odd != NULL)
    return odd;
  errcode_t error = ext_open (a, &fs);
  if (error != 0)
    return failed ("it cannot be read", error);
  odd = ext_is_unclean (&e);
  if (odd == NULL)
    odd = is_odd (fs);
  if (odd == NULL)
    odd = look_at_groups (fs, a, u);
  ext2fs_free (fs);
  return odd;
}

const struct owner owner_ext = { look, find };
