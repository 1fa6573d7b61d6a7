/* SPDX-License-Identifier: MIT */
/* libext2fs on a part of a disk. */
#ifndef CONVERT_EXT_CHANNEL_H
#define CONVERT_EXT_CHANNEL_H

#include <ext2fs/ext2fs.h>

struct area;

/* Open it to be read, with bitmaps that need little memory.  Its superblock is
 * checked, and its features are known.  The area must outlive it. */
extern errcode_t ext_open (struct area *a, ext2_filsys *fs);

#endif /* CONVERT_EXT_CHANNEL_H */
