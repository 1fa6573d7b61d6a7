/* SPDX-License-Identifier: MIT */
/* Scratch files have no name in any directory, so nothing is left of them
 * even after a crash. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tool.h"

const char *
tool_tmpdir (const char *usual)
{
  const char *dir = getenv ("TMPDIR");

  return dir != NULL && dir[0] != '\0' ? dir : usual;
}

int
tool_scratch_file (const char *directory)
{
  int fd = open (directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  /* Not every file system supports files without names. */
  if (fd == -1 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    char *name = tool_format ("%s/nbd-XXXXXX", directory);
    fd = mkostemp (name, O_CLOEXEC);
    if (fd != -1)
      unlink (name);
    free (name);
  }
  return fd;
}
