/* SPDX-License-Identifier: MIT */
/* The mount point: where it is, and what the file is called. */
#include <config.h>

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mount.h"
#include "options.h"

static char *
resolve (const char *path)
{
  char *resolved = realpath (path, NULL);
  if (resolved == NULL)
    tool_fail ("mount point %s: %m", path);
  return resolved;
}

static bool
is_dangling (const char *path)
{
  struct stat st;
  return lstat (path, &st) == 0 && S_ISLNK (st.st_mode);
}

/* Fail unless ARGUMENT, which cannot be opened, is DIRECTORY/NAME for a file
 * that does not exist. */
static void
check_new_name (const char *argument)
{
  const char *slash = strrchr (argument, '/');
  if (errno == ENOTCONN)
    tool_fail ("mount point %s: %m: the program that served it has ended; "
               "\"fusermount3 -u %s\" removes the mount",
               argument, argument);
  if (errno != ENOENT || (slash && slash[1] == '\0'))
    tool_fail ("mount point %s: %m", argument);
  if (is_dangling (argument)) {
    char target[PATH_MAX];
    ssize_t length = readlink (argument, target, sizeof target);
    tool_fail ("mount point %s: it is a symbolic link to %.*s, which does "
               "not exist",
               argument, length > 0 ? (int) length : 0, target);
  }
  if (options.exports)
    tool_fail ("mount point %s: %m", argument);
  /* Such a name is more often a typing error than meant for the current
   * directory, where the mount would hide all files. */
  if (slash == NULL)
    tool_fail (
      "mount point %s: it does not exist: name an existing directory "
      "or regular file, or DIRECTORY/NAME, such as ./%s, for a new file "
      "in a directory, where it hides all other files",
      argument, argument);
}

/* Decide where to mount, and what the file is called. */
static void
choose_place (const char *argument)
{
  struct stat st;
  if (stat (argument, &st) == 0) {
    bool directory = S_ISDIR (st.st_mode);
    if (!directory && (options.exports || !S_ISREG (st.st_mode)))
      tool_fail ("mount point %s: it must be a directory%s", argument,
                 options.exports ? "" : " or a regular file");
    options.mountpoint = resolve (argument);
    options.filename = directory ? tool_format ("nbd") : NULL;
    return;
  }
  check_new_name (argument);
  const char *slash = strrchr (argument, '/');
  char *directory = tool_format ("%.*s", (int) (slash - argument) + 1,
                                 argument);
  if (stat (directory, &st) == -1)
    tool_fail ("mount point %s: %s: %m", argument, directory);
  if (!S_ISDIR (st.st_mode))
    tool_fail ("mount point %s: %s is not a directory", argument, directory);
  options.mountpoint = resolve (directory);
  options.filename = tool_format ("%s", slash + 1);
  free (directory);
}

void
mountpoint_choose (const char *argument)
{
  choose_place (argument);
  /* Only programs that are started later would see such a mount. */
  if (strcmp (options.mountpoint, "/") == 0)
    tool_fail ("mount point %s: the root directory cannot be used: it would "
               "hide all files",
               argument);
}

/* Writing the pidfile below its own mount point, this program would wait for
 * itself. */
void
mountpoint_check_pidfile (void)
{
  if (options.pidfile == NULL)
    return;
  /* The pidfile may be a link, or not exist yet. */
  char *resolved = realpath (options.pidfile, NULL);
  if (resolved == NULL) {
    char *path = tool_format ("%s", options.pidfile);
    resolved = realpath (dirname (path), NULL);
    free (path);
  }
  size_t length = strlen (options.mountpoint);
  if (resolved && strncmp (resolved, options.mountpoint, length) == 0
      && (resolved[length] == '\0' || resolved[length] == '/' || length == 1))
    tool_fail ("--pidfile %s: it would be hidden by the mount at %s; choose "
               "another place",
               options.pidfile, options.mountpoint);
  free (resolved);
}
