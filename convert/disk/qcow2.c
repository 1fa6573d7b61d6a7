/* SPDX-License-Identifier: MIT */
/* Reduce the size of a qcow2 image by changing its header.
 *
 * If the size of a disk is not known when its image is created, the image is
 * made larger than any disk, and gets its real size at the end. `qemu-img
 * resize --shrink` would look at each cluster up to the old size.  As nothing
 * is allocated there, changing the header is enough. */
#include <config.h>

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "disk/qcow2.h"

#define MAGIC 0x514649fbu
#define SIZE_AT 24
#define SECTOR 512

int
qcow2_cut (int fd, uint64_t size)
{
  uint32_t magic;
  uint64_t whole = (size + SECTOR - 1) / SECTOR * SECTOR;
  uint64_t now, then = htobe64 (whole);

  if (pread (fd, &magic, sizeof magic, 0) != sizeof magic
      || pread (fd, &now, sizeof now, SIZE_AT) != sizeof now)
    return -1;
  if (be32toh (magic) != MAGIC || be64toh (now) < whole) {
    errno = EINVAL;
    return -1;
  }
  return pwrite (fd, &then, sizeof then, SIZE_AT) == sizeof then ? 0 : -1;
}
