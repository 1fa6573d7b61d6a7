/* SPDX-License-Identifier: MIT */
/* The superblock of ext2, ext3 and ext4: what the file system is, and whether
 * it was left clean.  A superblock is not trusted: its numbers are compared
 * with the size of its place before they are used. */
#ifndef CONVERT_EXT_H
#define CONVERT_EXT_H

#include <stdbool.h>
#include <stdint.h>

#define EXT_SUPERBLOCK_AT 1024u
#define EXT_SUPERBLOCK_SIZE 1024u

/* Features that other files test. */
#define EXT_HAS_MMP 0x100u      /* of INCOMPAT */
#define EXT_HAS_CLUSTERS 0x200u /* of RO_COMPAT: bigalloc */

struct ext {
  const char *name; /* "ext2", "ext3", "ext4" */
  unsigned block_log;
  uint64_t blocks; /* number of blocks, of 1 << BLOCK_LOG bytes */
  uint32_t group_blocks;
  uint32_t journal; /* inode of the journal, or 0 */
  uint16_t state;
  uint32_t compat, incompat, ro_compat;
};

/* Returns false if this is no superblock. */
extern bool ext_parse (struct ext *e,
                       const unsigned char s[EXT_SUPERBLOCK_SIZE]);
/* Returns NULL, or why the file system cannot be what fills a place of so
 * many bytes; to be freed. */
extern char *ext_does_not_fit (const struct ext *e, uint64_t length);
/* Returns NULL, or why the file system needs repair or its journal replayed;
 * to be freed. */
extern char *ext_is_unclean (const struct ext *e);

#endif /* CONVERT_EXT_H */
