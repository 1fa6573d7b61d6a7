/* SPDX-License-Identifier: MIT */
/* The superblock of ext2, ext3 and ext4. */
#include <config.h>

#include <sys/param.h>

#include "disk/ext.h"
#include "disk/table.h"
#include "tool.h"

#define MAGIC 0xef53u
#define LARGEST_BLOCK_LOG 16u
/* The fewest blocks that mke2fs(8) allows.  A smaller number would mean a
 * huge number of groups. */
#define LEAST_GROUP 256u

/* bits of s_state */
#define VALID 1u
#define ERROR 2u

/* bits of s_feature_compat */
#define HAS_JOURNAL 0x4u
/* bits of s_feature_incompat */
#define FILETYPE 0x2u
#define RECOVER 0x4u
#define JOURNAL_DEVICE 0x8u
#define META_BG 0x10u
#define WIDE 0x80u /* 64bit */
/* bits of s_feature_ro_compat */
#define SPARSE_SUPER 0x1u
#define LARGE_FILE 0x2u

static const char *
name_of (const struct ext *e)
{
  if ((e->incompat & ~(FILETYPE | RECOVER | META_BG)) != 0
      || (e->ro_compat & ~(SPARSE_SUPER | LARGE_FILE)) != 0)
    return "ext4";
  return e->compat & HAS_JOURNAL ? "ext3" : "ext2";
}

bool
ext_parse (struct ext *e, const unsigned char s[EXT_SUPERBLOCK_SIZE])
{
  if ((s[56] | s[57] << 8) != MAGIC)
    return false;
  uint32_t log = get32 (s + 24);
  *e = (struct ext) {
    .block_log = 10 + MIN (log, 64 - 10),
    .blocks = get32 (s + 4),
    .group_blocks = get32 (s + 32),
    .journal = get32 (s + 224),
    .state = s[58] | s[59] << 8,
    .compat = get32 (s + 92),
    .incompat = get32 (s + 96),
    .ro_compat = get32 (s + 100),
  };
  if (e->incompat & WIDE)
    e->blocks |= (uint64_t) get32 (s + 0x150) << 32;
  e->name = name_of (e);
  return true;
}

char *
ext_does_not_fit (const struct ext *e, uint64_t length)
{
  if (e->incompat & JOURNAL_DEVICE)
    return tool_format ("it is the journal of another file system");
  if (e->block_log > LARGEST_BLOCK_LOG)
    return tool_format ("its blocks have 2^%u bytes", e->block_log);
  if (e->blocks > length >> e->block_log)
    return tool_format ("it is larger than its partition");
  if (e->group_blocks < LEAST_GROUP)
    return tool_format ("its groups have only %u blocks", e->group_blocks);
  return NULL;
}

char *
ext_is_unclean (const struct ext *e)
{
  if ((e->compat & HAS_JOURNAL) && e->journal == 0)
    return tool_format ("its journal is on another device");
  if (e->incompat & RECOVER)
    return tool_format ("its journal has to be replayed first; to mount it "
                        "or e2fsck does that");
  if (!(e->state & VALID))
    return tool_format ("it was not unmounted; e2fsck mends it");
  if (e->state & ERROR)
    return tool_format ("it has errors; e2fsck mends them");
  return NULL;
}
