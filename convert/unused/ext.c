/* SPDX-License-Identifier: MIT */
/* ext2, ext3 and ext4: the blocks that their bitmaps call free.
 *
 * libext2fs reads them.  It is given nothing before we have seen that the
 * file system fits into its partition, so that no claim makes it take memory.
 * A free block is believed if the file system was left in order, all
 * checksums are right, each group has as many free blocks as it says, and
 * what the file system keeps for itself is not among them. */
#include <config.h>

#include <com_err.h>
#include <ext2fs/ext2fs.h>
#include <stdlib.h>
#include <string.h>

#include "disk/table.h"
#include "tool.h"
#include "unused/ext-channel.h"
#include "unused/owner.h"

/* The least that mke2fs(8) makes; less would be many groups. */
#define LEAST_GROUP 256u
#define LARGEST_BLOCK_LOG 6u

/* ---- the superblock, before libext2fs sees it ---- */

static const char *
look (struct area *a)
{
  unsigned char s[SUPERBLOCK_SIZE];

  if (area_read (a, s, sizeof s, SUPERBLOCK_OFFSET) == -1
      || (s[56] | s[57] << 8) != EXT2_SUPER_MAGIC)
    return NULL;
  uint32_t compat = get32 (s + 92), incompat = get32 (s + 96);
  uint32_t ro = get32 (s + 100);
  if ((incompat
       & ~(uint32_t) (EXT2_FEATURE_INCOMPAT_FILETYPE
                      | EXT3_FEATURE_INCOMPAT_RECOVER
                      | EXT2_FEATURE_INCOMPAT_META_BG))
        != 0
      || (ro
          & ~(uint32_t) (EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER
                         | EXT2_FEATURE_RO_COMPAT_LARGE_FILE))
           != 0)
    return "ext4";
  return compat & EXT3_FEATURE_COMPAT_HAS_JOURNAL ? "ext3" : "ext2";
}

/* NULL, or why it is not even to be opened. */
static char *
is_not_to_be_opened (struct area *a)
{
  unsigned char s[SUPERBLOCK_SIZE];

  if (area_read (a, s, sizeof s, SUPERBLOCK_OFFSET) == -1)
    return tool_format ("its superblock cannot be read");
  uint32_t log = get32 (s + 24), group = get32 (s + 32);
  uint64_t blocks = get32 (s + 4);
  if (get32 (s + 96) & EXT3_FEATURE_INCOMPAT_JOURNAL_DEV)
    return tool_format ("it is the journal of another file system");
  if (get32 (s + 96) & EXT4_FEATURE_INCOMPAT_64BIT)
    blocks |= (uint64_t) get32 (s + 0x150) << 32;
  if (log > LARGEST_BLOCK_LOG)
    return tool_format ("its blocks have 2^%u bytes", 10 + log);
  if (blocks > a->length >> (10 + log))
    return tool_format ("it is larger than its partition");
  if (group < LEAST_GROUP)
    return tool_format ("its groups have only %u blocks", group);
  return NULL;
}

/* ---- is it in order? ---- */

static char *
is_in_use (ext2_filsys fs)
{
  unsigned char block[EXT2_MAX_BLOCK_SIZE];

  if (!ext2fs_has_feature_mmp (fs->super))
    return NULL;
  if (io_channel_read_blk64 (fs->io, fs->super->s_mmp_block, 1, block) != 0
      || get32 (block) != EXT4_MMP_MAGIC)
    return tool_format ("its block against being mounted twice is damaged");
  if (get32 (block + 4) != EXT4_MMP_SEQ_CLEAN)
    return tool_format ("another machine has mounted it, or died with it");
  return NULL;
}

static char *
is_odd (ext2_filsys fs)
{
  struct ext2_super_block *s = fs->super;

  if (ext2fs_has_feature_journal (s) && s->s_journal_inum == 0)
    return tool_format ("its journal is on another device");
  if (ext2fs_has_feature_journal_needs_recovery (s))
    return tool_format ("its journal has to be replayed first; to mount it "
                        "or e2fsck does that");
  if (!(s->s_state & EXT2_VALID_FS))
    return tool_format ("it was not unmounted; e2fsck mends it");
  if (s->s_state & EXT2_ERROR_FS)
    return tool_format ("it has errors; e2fsck mends them");
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

/* What a group is described by cannot be free. */
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

/* Add what is free in a group; how many blocks. */
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
    return tool_format ("block group %u calls blocks free that it is "
                        "described by",
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
find (struct area *a, struct unused *u)
{
  char *odd = is_not_to_be_opened (a);
  ext2_filsys fs;

  if (odd != NULL)
    return odd;
  errcode_t error = ext_open (a, &fs);
  if (error != 0)
    return failed ("it cannot be read", error);
  odd = is_odd (fs);
  if (odd == NULL)
    odd = look_at_groups (fs, a, u);
  ext2fs_free (fs);
  return odd;
}

const struct owner owner_ext = { look, find };
