/* SPDX-License-Identifier: MIT */
/* Scratch files without names. */
#include <config.h>

#include <unistd.h>

#include "scratch.h"
#include "tool.h"

const char *
scratch_directory (const struct options *o)
{
  return o->scratch != NULL ? o->scratch : tool_tmpdir ("/var/tmp");
}

int
scratch_open (const struct options *o, char **path)
{
  const char *dir = scratch_directory (o);
  int fd = tool_scratch_file (dir);

  if (fd == -1)
    tool_fail ("%s: cannot make a scratch file there: %m; --scratch names "
               "another directory",
               dir);
  *path = tool_format ("/proc/%d/fd/%d", (int) getpid (), fd);
  return fd;
}
