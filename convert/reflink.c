/* SPDX-License-Identifier: MIT */
/* Copies of files that share blocks. */
#include <config.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#include "reflink.h"

bool
reflink_is_possible (const struct source *s, const struct destination *d)
{
  if (s->place != AT_FILE || d->place != AT_FILE)
    return false;
  char *directory = directory_of (d->path);
  int fd = open (directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  bool possible = fd != -1 && ioctl (fd, FICLONE, s->fd) == 0;

  if (fd != -1)
    close (fd);
  free (directory);
  return possible;
}

int
reflink (const struct source *s, const struct destination *d)
{
  return ioctl (d->fd, FICLONE, s->fd);
}
