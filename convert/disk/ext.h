/* SPDX-License-Identifier: MIT */
/* The superblock of ext2, ext3 and ext4, as far as it says what is there and
 * whether it was left in order.  It is not trusted: nothing follows from it
 * before it was compared with its place. */
#ifndef CONVERT_EXT_H
#define CONVERT_EXT_H

#include <stdbool.h>
#include <stdint.h>

#define EXT_SUPERBLOCK_AT 1024u
#define EXT_SUPERBLOCK_SIZE 1024u

/* Features that others ask for. */
#define EXT_HAS_MMP 0x100u      /* incompat */
#define EXT_HAS_CLUSTERS 0x200u /* ro_compat: bigalloc */

struct ext {
  const char *name; /* "ext2", "ext3", "ext4" */
  unsigned block_log;
  uint64_t blocks; /* of 1 << BLOCK_LOG bytes */
  uint32_t group_blocks;
  uint32_t journal; /* its inode, or 0 */
  uint16_t state;
  uint32_t compat, incompat, ro_compat;
};

/* False: this is none. */
extern bool ext_parse (struct ext *e,
                       const unsigned char s[EXT_SUPERBLOCK_SIZE]);
/* NULL, or why it cannot be what is in a place of so many bytes, to be
 * freed. */
extern char *ext_does_not_fit (const struct ext *e, uint64_t length);
/* NULL, or why it is not in order, to be freed. */
extern char *ext_is_unclean (const struct ext *e);

#endif /* CONVERT_EXT_H */
