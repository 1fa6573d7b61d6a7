/* SPDX-License-Identifier: MIT */
/* Writing zeroes to files and block devices, in the cheapest way that works. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/endpoints/file.h"

static const char zeroes[64 * 1024];

static bool
unsupported (int error)
{
  return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL
         || error == ENODEV || error == ENOTTY || error == EPERM;
}

/* Return 0, or errno; ENOTSUP if another way is to be tried. */
static int
try_fallocate (struct file *f, _Atomic bool *never, int mode, uint64_t offset,
               uint64_t length)
{
  if (*never)
    return ENOTSUP;
  for (;;) {
    if (fallocate (f->e.fd, mode, offset, length) == 0)
      return 0;
    if (errno == EINTR && !f->e.copy->stop)
      continue;
    if (!unsupported (errno))
      return errno;
    /* Devices refuse ranges that are not aligned; this may work for other
     * ranges. */
    if (errno != EINVAL)
      *never = true;
    return ENOTSUP;
  }
}

static int
zero_out (struct file *f, uint64_t offset, uint64_t length)
{
  uint64_t range[2] = { offset, length };

  if (!f->device || f->no_zero_out)
    return ENOTSUP;
  if (ioctl (f->e.fd, BLKZEROOUT, range) == 0)
    return 0;
  if (!unsupported (errno))
    return errno;
  if (errno != EINVAL)
    f->no_zero_out = true;
  return ENOTSUP;
}

static int
write_zeroes (struct file *f, uint64_t offset, uint64_t length)
{
  while (length > 0) {
    ssize_t n = pwrite (f->e.fd, zeroes, MIN (length, sizeof zeroes), offset);
    if (n == -1 && errno == EINTR && !f->e.copy->stop)
      continue;
    if (n <= 0)
      return n == 0 ? ENOSPC : errno;
    offset += n;
    length -= n;
  }
  return 0;
}

int
file_zero (struct file *f, uint64_t offset, uint64_t length)
{
  int r = ENOTSUP;

  if (!f->e.copy->settings.allocated)
    r = try_fallocate (f, &f->no_punch,
                       FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
                       length);
  if (r == ENOTSUP)
    r = try_fallocate (f, &f->no_zero_range,
                       FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, offset,
                       length);
  if (r == ENOTSUP && f->e.copy->settings.allocated && !f->device) {
    /* After a hole is punched and allocated again, it has blocks and reads as
     * zeroes. */
    r = try_fallocate (f, &f->no_punch,
                       FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
                       length);
    if (r == 0
        && fallocate (f->e.fd, FALLOC_FL_KEEP_SIZE, offset, length) == -1)
      r = unsupported (errno) ? ENOTSUP : errno;
  }
  if (r == ENOTSUP)
    r = zero_out (f, offset, length);
  if (r == ENOTSUP)
    r = write_zeroes (f, offset, length);
  return r;
}
