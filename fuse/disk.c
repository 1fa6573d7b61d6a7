/* SPDX-License-Identifier: MIT */
/* Exports that are open. */
#include <config.h>

#include "disk.h"
#include "options.h"
#include "request.h"

/* The longest ranges of requests with 32 and with 64 bit lengths: multiples of
 * any block size. */
#define REACH_32 (UINT64_C (1) << 30)
#define REACH_64 (UINT64_C (1) << 60)

struct disk *disks;
size_t nr_disks;

struct disk *
disk_find (fuse_ino_t ino)
{
  fuse_ino_t first = disks[0].ino;
  if (options.exports) {
    size_t i = ino - FUSE_ROOT_ID - 1;
    return ino > FUSE_ROOT_ID && i < nr_disks ? &disks[i] : NULL;
  }
  return ino == first ? disks : NULL;
}

uint64_t
disk_settled (const struct disk *disk)
{
  uint64_t settled = disk->written;
  for (const struct range *range = disk->ranges; range; range = range->next)
    settled -= range->end - range->begin;
  return settled;
}

void
disk_was_flushed (struct disk *disk, uint64_t settled)
{
  if (disk->flushed < settled)
    disk->flushed = settled;
}

/* If the server cannot flush, all that it has acknowledged counts as
 * flushed. */
uint64_t
disk_unflushed (const struct disk *disk)
{
  return disk->written
         - (disk->can_flush ? disk->flushed : disk_settled (disk));
}

bool
disk_works (const struct disk *disk)
{
  return !tool_is_lost (disk->h);
}

uint64_t
disk_reach (const struct disk *disk)
{
  uint64_t reach = disk->extended ? REACH_64 : REACH_32;
  return reach - reach % disk->minimum;
}

/* A list of disks whose handle may have something to send, or may wait for
 * other events than before. */
static struct disk *touched;

void
disk_touch (struct disk *disk)
{
  if (disk->touched)
    return;
  disk->touched = true;
  disk->next = touched;
  touched = disk;
}

struct disk *
disk_touched (void)
{
  struct disk *disk = touched;
  if (disk) {
    touched = disk->next;
    disk->touched = false;
  }
  return disk;
}
