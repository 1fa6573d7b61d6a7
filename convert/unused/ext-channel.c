/* SPDX-License-Identifier: MIT */
/* An I/O manager through which libext2fs reads a range of a disk.
 *
 * libext2fs reads single blocks, many of which are adjacent, and the disk may
 * be far away.  So larger pieces are read, and the last one is kept. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "tool.h"
#include "unused/ext-channel.h"
#include "unused/owner.h"

#define WINDOW ((uint64_t) 64 << 10)

struct channel {
  struct area *area;
  uint64_t start, length; /* the place of the window */
  unsigned char window[WINDOW];
};

/* Passed to open_channel, because libext2fs passes on only a name. */
static struct area *opening;
static struct struct_io_manager manager;

static errcode_t
open_channel (const char *name, int flags, io_channel *result)
{
  io_channel io = tool_alloc (sizeof *io);
  struct channel *c = tool_alloc (sizeof *c);

  (void) flags;
  c->area = opening;
  io->magic = EXT2_ET_MAGIC_IO_CHANNEL;
  io->manager = &manager;
  io->name = tool_format ("%s", name);
  io->block_size = SUPERBLOCK_SIZE;
  io->refcount = 1;
  io->private_data = c;
  *result = io;
  return 0;
}

static errcode_t
close_channel (io_channel io)
{
  if (--io->refcount > 0)
    return 0;
  free (io->private_data);
  free (io->name);
  free (io);
  return 0;
}

static errcode_t
set_block_size (io_channel io, int size)
{
  io->block_size = size;
  return 0;
}

/* Read the window that OFFSET is in. */
static bool
move_window (struct channel *c, uint64_t offset)
{
  c->start = offset / WINDOW * WINDOW;
  if (c->start >= c->area->length)
    return false;
  c->length = MIN (WINDOW, c->area->length - c->start);
  if (area_read (c->area, c->window, c->length, c->start) == 0)
    return true;
  c->length = 0;
  return false;
}

static errcode_t
read_blocks (io_channel io, unsigned long long block, int count, void *data)
{
  struct channel *c = io->private_data;
  uint64_t length = count < 0 ? (uint64_t) - (int64_t) count
                              : (uint64_t) count * io->block_size;
  uint64_t offset;

  if (__builtin_mul_overflow (block, (uint64_t) io->block_size, &offset))
    return EXT2_ET_SHORT_READ;
  if (length > WINDOW)
    return area_read (c->area, data, length, offset) == 0
             ? 0
             : EXT2_ET_SHORT_READ;
  for (unsigned char *to = data; length > 0;) {
    if ((offset < c->start || offset - c->start >= c->length)
        && !move_window (c, offset))
      return EXT2_ET_SHORT_READ;
    uint64_t n = MIN (length, c->start + c->length - offset);
    memcpy (to, c->window + (offset - c->start), n);
    to += n;
    offset += n;
    length -= n;
  }
  return 0;
}

static errcode_t
read_few_blocks (io_channel io, unsigned long block, int count, void *data)
{
  return read_blocks (io, block, count, data);
}

static errcode_t
refuse_to_write (io_channel io, unsigned long long block, int count,
                 const void *data)
{
  (void) io;
  (void) block;
  (void) count;
  (void) data;
  return EXT2_ET_RO_FILSYS;
}

static errcode_t
refuse_to_write_few (io_channel io, unsigned long block, int count,
                     const void *data)
{
  return refuse_to_write (io, block, count, data);
}

static errcode_t
flush (io_channel io)
{
  (void) io;
  return 0;
}

static struct struct_io_manager manager = {
  .magic = EXT2_ET_MAGIC_IO_MANAGER,
  .name = "part of a disk",
  .open = open_channel,
  .close = close_channel,
  .set_blksize = set_block_size,
  .read_blk = read_few_blocks,
  .write_blk = refuse_to_write_few,
  .flush = flush,
  .read_blk64 = read_blocks,
  .write_blk64 = refuse_to_write,
};

errcode_t
ext_open (struct area *a, ext2_filsys *fs)
{
  static bool has_words;

  if (!has_words)
    initialize_ext2_error_table ();
  has_words = true;
  opening = a;
  errcode_t error = ext2fs_open ("disk",
                                 EXT2_FLAG_64BITS | EXT2_FLAG_SKIP_MMP, 0, 0,
                                 &manager, fs);
  opening = NULL;
  if (error == 0)
    (*fs)->default_bitmap_type = EXT2FS_BMAP64_RBTREE;
  return error;
}
