/* SPDX-License-Identifier: MIT */
/* The temporary directory. */
#include <config.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/helper.h"
#include "helper/internal.h"
#include "tool.h"

/* The address of a Unix socket has at most 107 characters. */
#define LONGEST_PLACE 60

static char *directory;

static void
make_directory (void)
{
  const char *place = getenv ("TMPDIR");

  if (place == NULL || place[0] != '/' || strlen (place) > LONGEST_PLACE)
    place = "/tmp";
  char *path = tool_format ("%s/nbdconvert-XXXXXX", place);
  if (mkdtemp (path) == NULL)
    tool_fail ("cannot make a temporary directory in %s: %m; TMPDIR can "
               "name another place",
               place);
  directory = path;
}

char *
tmpdir_path (const char *name)
{
  if (directory == NULL)
    make_directory ();
  return tool_format ("%s/%s", directory, name);
}

void
tmpdir_remove (void)
{
  if (directory == NULL)
    return;
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  DIR *d = fd == -1 ? NULL : fdopendir (fd);
  const struct dirent *e;

  while (d != NULL && (e = readdir (d)) != NULL)
    if (strcmp (e->d_name, ".") != 0 && strcmp (e->d_name, "..") != 0)
      unlinkat (fd, e->d_name, 0);
  if (d != NULL)
    closedir (d);
  else if (fd != -1)
    close (fd);
  rmdir (directory);
  free (directory);
  directory = NULL;
}
