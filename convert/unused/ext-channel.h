/* SPDX-License-Identifier: MIT */
/* Let libext2fs read a range of a disk. */
#ifndef CONVERT_EXT_CHANNEL_H
#define CONVERT_EXT_CHANNEL_H

#include <ext2fs/ext2fs.h>

struct area;

/* Open a file system for reading, with bitmaps that need little memory.  The
 * library checks its superblock and knows its incompatible features.  The
 * area must outlive the file system. */
extern errcode_t ext_open (struct area *a, ext2_filsys *fs);

#endif /* CONVERT_EXT_CHANNEL_H */
