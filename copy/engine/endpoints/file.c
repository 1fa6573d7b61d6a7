/* SPDX-License-Identifier: MIT */
/* Regular files and block devices. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/endpoints/file.h"

/* A STATUS operation ends after so many extents. */
#define MOST_EXTENTS 1024

static int
read_all (struct file *f, char *buffer, uint64_t offset, uint64_t length)
{
  while (length > 0) {
    ssize_t n = pread (f->e.fd, buffer, length, offset);
    if (n == -1 && errno == EINTR && !f->e.copy->stop)
      continue;
    if (n == -1)
      return errno;
    if (n == 0)
      return ENODATA; /* the file has become shorter */
    buffer += n;
    offset += n;
    length -= n;
  }
  return 0;
}

static int
write_all (struct file *f, const char *buffer, uint64_t offset,
           uint64_t length)
{
  while (length > 0) {
    ssize_t n = pwrite (f->e.fd, buffer, length, offset);
    if (n == -1 && errno == EINTR && !f->e.copy->stop)
      continue;
    if (n <= 0)
      return n == 0 ? ENOSPC : errno;
    buffer += n;
    offset += n;
    length -= n;
  }
  return 0;
}

/* Return where the data or hole that WHENCE asks for begins, at most END; -1
 * on errors. */
static int64_t
seek (struct file *f, uint64_t offset, int whence, uint64_t end)
{
  off_t r = lseek (f->e.fd, offset, whence);

  if (r == -1)
    return errno == ENXIO ? (int64_t) end : -1;
  return MIN ((uint64_t) r, end);
}

static int
map (struct file *f, struct io *io)
{
  uint64_t at = f->e.start + io->position, end = at + io->length;

  tool_map_begin (&io->allocation, at);
  while (at < end && io->allocation.count < MOST_EXTENTS) {
    int64_t data = seek (f, at, SEEK_DATA, end);
    if (data == -1)
      return errno;
    tool_map_add (&io->allocation, data, LIBNBD_STATE_ZERO);
    if ((uint64_t) data >= end)
      break;
    int64_t hole = seek (f, data, SEEK_HOLE, end);
    if (hole == -1)
      return errno;
    tool_map_add (&io->allocation, hole, 0);
    at = hole;
  }
  return 0;
}

static void
start (struct endpoint *e, struct io *io)
{
  struct file *f = (struct file *) e;
  uint64_t offset = e->start + io->position;
  int error = 0;

  switch (io->action) {
  case READ: error = read_all (f, io->buffer, offset, io->length); break;
  case WRITE: error = write_all (f, io->buffer, offset, io->length); break;
  case WRITE_ZEROES: error = file_zero (f, offset, io->length); break;
  case STATUS: error = map (f, io); break;
  case FLUSH: error = fdatasync (f->e.fd) == -1 ? errno : 0; break;
  }
  io_done (io, error);
}

static unsigned
connect_more (struct endpoint *e, unsigned count)
{
  (void) e;
  return count;
}

/* Set the size of a destination that is written as a whole.  Its old content
 * is removed, so that ranges that are never written read as zeroes.  But it is
 * kept if unreadable ranges of the source are to leave it as it is. */
static int
make_anew (struct file *f, struct copy *c)
{
  uint64_t size = f->e.start + c->length;
  bool stays = c->settings.on_read_error == READ_ERRORS_SKIP
               && c->length_known;

  f->e.fresh = !stays || f->e.size == 0;
  if ((stays || ftruncate (f->e.fd, 0) == 0)
      && (!c->length_known || ftruncate (f->e.fd, size) == 0))
    return 0;
  copy_fail (c, "%s: cannot set the size to %" PRIu64 " bytes: %m", f->e.name,
             size);
  return -1;
}

static int
allocate (struct file *f, struct copy *c)
{
  if (fallocate (f->e.fd, 0, f->e.start, c->length) == 0)
    return 0;
  f->e.fresh = false;
  if (errno == EOPNOTSUPP || errno == ENOSYS)
    return 0;
  copy_fail (c, "%s: cannot allocate %" PRIu64 " bytes: %m", f->e.name,
             c->length);
  return -1;
}

static int
extend (struct file *f, struct copy *c)
{
  uint64_t size = f->e.start + c->length;

  if (!c->length_known || size <= (uint64_t) f->e.size
      || ftruncate (f->e.fd, size) == 0)
    return 0;
  copy_fail (c, "%s: cannot extend it to %" PRIu64 " bytes: %m", f->e.name,
             size);
  return -1;
}

static int
prepare (struct endpoint *e)
{
  struct file *f = (struct file *) e;
  struct copy *c = e->copy;

  if (!f->device) {
    if ((c->whole ? make_anew (f, c) : extend (f, c)) == -1)
      return -1;
    if (c->whole && c->settings.allocated && c->length_known && c->length > 0
        && allocate (f, c) == -1)
      return -1;
    e->size = c->length_known ? (int64_t) (e->start + c->length) : -1;
  }
  if (c->settings.destination_is_zero)
    e->fresh = true;
  if (fstat (f->e.fd, &f->st) == 0)
    return 0;
  copy_fail (c, "%s: %m", e->name);
  return -1;
}

/* Check that the source has not become shorter.  Extend the destination to its
 * size: zeroes at its end may never have been written. */
static int
finish (struct endpoint *e, uint64_t length, bool flush)
{
  struct file *f = (struct file *) e;
  struct stat st;

  /* What others read from standard input next, or write to standard output, is
   * to follow the data. */
  if (e->fd == STDIN_FILENO || e->fd == STDOUT_FILENO)
    lseek (e->fd, e->start + length, SEEK_SET);
  if (e->source) {
    if (!f->device && fstat (f->e.fd, &st) == 0
        && (uint64_t) st.st_size < e->start + length) {
      copy_fail (e->copy,
                 "%s: read at offset %" PRIi64 " failed: the file "
                 "was truncated while it was copied",
                 e->name, (int64_t) st.st_size);
      return -1;
    }
    return 0;
  }
  if (!f->device && fstat (f->e.fd, &st) == 0
      && (uint64_t) st.st_size < e->start + length
      && ftruncate (f->e.fd, e->start + length) == -1) {
    copy_fail (e->copy, "%s: cannot set the size to %" PRIu64 " bytes: %m",
               e->name, e->start + length);
    return -1;
  }
  if (flush && fsync (f->e.fd) == -1) {
    copy_fail (e->copy, "%s: flush failed: %m", e->name);
    return -1;
  }
  /* Verification is to read from the disk, not from the page cache. */
  if (flush)
    posix_fadvise (f->e.fd, 0, 0, POSIX_FADV_DONTNEED);
  return 0;
}

static char *
identity (struct endpoint *e)
{
  struct file *f = (struct file *) e;
  struct stat *st = &f->st;
  char *real = realpath (e->name, NULL);
  char *text;

  if (f->device)
    text = tool_format ("device %s number %" PRIu64 " size %" PRIi64,
                        real ? real : e->name, (uint64_t) st->st_rdev,
                        e->size);
  else if (e->source)
    text = tool_format ("file %s inode %" PRIu64 ":%" PRIu64 " size %" PRIi64
                        " changed %" PRIi64 ".%09ld",
                        real ? real : e->name, (uint64_t) st->st_dev,
                        (uint64_t) st->st_ino, (int64_t) st->st_size,
                        (int64_t) st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
  else
    text = tool_format ("file %s inode %" PRIu64 ":%" PRIu64 " size %" PRIi64,
                        real ? real : e->name, (uint64_t) st->st_dev,
                        (uint64_t) st->st_ino, (int64_t) st->st_size);
  free (real);
  return text;
}

static void
free_file (struct endpoint *e)
{
  free (e);
}

static const struct endpoint_ops ops = {
  .name = "file_ops",
  .start = start,
  .connect = connect_more,
  .prepare = prepare,
  .finish = finish,
  .identity = identity,
  .free = free_file,
};

struct endpoint *
file_open (struct copy *c, int fd, const char *name, bool source)
{
  struct file *f = tool_alloc (sizeof *f);
  uint64_t size;

  f->e = (struct endpoint) {
    .ops = &ops,
    .copy = c,
    .name = name,
    .fd = fd,
    .source = source,
    .minimum = 1,
    .preferred = 4096,
    .maximum = 32 * MIB,
    .zero_maximum = 1 * GIB,
    .can_flush = true,
    .multi = true,
  };
  if (fstat (fd, &f->st) == -1) {
    copy_fail (c, "%s: %m", name);
    free (f);
    return NULL;
  }
  f->device = S_ISBLK (f->st.st_mode);
  if (f->device) {
    if (ioctl (fd, BLKGETSIZE64, &size) == -1) {
      copy_fail (c, "%s: cannot get the size of the device: %m", name);
      free (f);
      return NULL;
    }
    f->e.size = size;
  }
  else {
    f->e.size = f->st.st_size;
    f->e.has_map = !c->settings.no_map;
    f->e.grows = !source;
  }
  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return &f->e;
}
