/* SPDX-License-Identifier: MIT */
/* A disk in a file that has no name.  The kernel stores only pages that were
 * written, so the file may be as large as any disk. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "memory.h"
#include "table.h"

static int
refuse (char **why, int error, uint64_t size)
{
  return table_fault (why,
                      "a disk of %" PRIu64 " bytes in memory for its "
                      "partition table: %s",
                      size, strerror (error));
}

static int
memory_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
             char **why)
{
  struct memory_disk *m = (struct memory_disk *) d;

  if (pread (m->fd, buffer, length, (off_t) offset) == (ssize_t) length)
    return 0;
  return refuse (why, EIO, d->size);
}

static int
memory_write (struct disk *d, const void *buffer, uint64_t length,
              uint64_t offset, char **why)
{
  struct memory_disk *m = (struct memory_disk *) d;

  if (pwrite (m->fd, buffer, length, (off_t) offset) == (ssize_t) length)
    return 0;
  return refuse (why, ENOMEM, d->size);
}

/* With a limit of the size of files (ulimit -f), ftruncate would end the
 * program by SIGXFSZ.  The limit is not meant for memory, so the signal is
 * blocked and discarded; the caller reports the error. */
static int
resize (int fd, uint64_t size)
{
  static const struct timespec now;
  sigset_t limit, before;

  sigemptyset (&limit);
  sigaddset (&limit, SIGXFSZ);
  pthread_sigmask (SIG_BLOCK, &limit, &before);
  int error = ftruncate (fd, (off_t) size) == -1 ? errno : 0;

  if (error == EFBIG)
    sigtimedwait (&limit, NULL, &now);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return error;
}

int
memory_make (struct memory_disk *m, uint64_t size, char **why)
{
  *m = (struct memory_disk) {
    .disk = { .read = memory_read, .write = memory_write, .size = size },
    .fd = -1
  };
  if (size > INT64_MAX)
    return refuse (why, EFBIG, size);
  m->fd = memfd_create ("partition table", MFD_CLOEXEC);
  if (m->fd == -1)
    return refuse (why, errno, size);
  int error = resize (m->fd, size);

  if (error == 0)
    return 0;
  memory_free (m);
  return refuse (why, error, size);
}

void
memory_free (struct memory_disk *m)
{
  if (m->fd != -1)
    close (m->fd);
  m->fd = -1;
}

int
memory_take (struct memory_disk *m, struct disk *d, uint64_t length,
             uint64_t offset, char **why)
{
  void *buffer = malloc (length);

  if (buffer == NULL)
    return refuse (why, ENOMEM, m->disk.size);
  int r = d->read (d, buffer, length, offset, why);

  if (r == 0)
    r = memory_write (&m->disk, buffer, length, offset, why);
  free (buffer);
  return r;
}
