/* SPDX-License-Identifier: MIT */
/* Scratch files without names. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "scratch.h"
#include "tool.h"

const char *
scratch_directory (const struct options *o)
{
  const char *dir = getenv ("TMPDIR");

  if (o->scratch != NULL)
    return o->scratch;
  return dir != NULL && dir[0] != '\0' ? dir : "/var/tmp";
}

int
scratch_open (const struct options *o, char **path)
{
  const char *dir = scratch_directory (o);
  int fd = open (dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  /* Not every file system supports files without names. */
  if (fd == -1 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    char *name = tool_format ("%s/nbdconvert-XXXXXX", dir);
    fd = mkostemp (name, O_CLOEXEC);
    if (fd != -1)
      unlink (name);
    free (name);
  }
  if (fd == -1)
    tool_fail ("%s: cannot make a scratch file there: %m; --scratch names "
               "another directory",
               dir);
  *path = tool_format ("/proc/%d/fd/%d", (int) getpid (), fd);
  return fd;
}
