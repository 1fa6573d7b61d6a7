/* SPDX-License-Identifier: MIT */
/* Opening the source and the destination that the command line names. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nbdcopy.h"

/* The destination that this program has created; NULL: none, or the copy has
 * begun. */
static const char *created;
static struct stat created_st;

static void
remove_created (void)
{
  struct stat st;

  if (created != NULL && lstat (created, &st) == 0
      && st.st_dev == created_st.st_dev && st.st_ino == created_st.st_ino)
    unlink (created);
}

void
endpoint_keep_created (void)
{
  created = NULL;
}

static int
create_destination (const char *name, int mode)
{
  char target[PATH_MAX];
  int fd = open (name, mode | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

  if (fd == -1 && errno == EEXIST) {
    ssize_t n = readlink (name, target, sizeof target);
    if (n >= 0)
      tool_fail ("%s: this is a symbolic link to %.*s, which does not "
                 "exist; name that as the destination, or remove the link",
                 name, (int) n, target);
    errno = EEXIST;
  }
  if (fd != -1 && fstat (fd, &created_st) == 0) {
    created = name;
    tool_at_end (remove_created);
  }
  return fd;
}

static int
open_destination (const struct options *o, const char *name)
{
  /* With --verify the destination is read back. */
  int mode = o->settings.verify ? O_RDWR : O_WRONLY;
  int fd = open (name, mode | O_CLOEXEC | O_NOCTTY);

  return fd == -1 && errno == ENOENT ? create_destination (name, mode) : fd;
}

static struct endpoint *
open_path (struct copy *c, const struct options *o, const char *name,
           bool source)
{
  int fd = source ? open (name, O_RDONLY | O_CLOEXEC | O_NOCTTY)
                  : open_destination (o, name);
  struct stat st;

  if (fd == -1 || fstat (fd, &st) == -1)
    tool_fail ("%s: %m", name);
  if (S_ISDIR (st.st_mode))
    tool_fail ("%s: this is a directory", name);
  if (S_ISREG (st.st_mode) || S_ISBLK (st.st_mode))
    return file_open (c, fd, name, source);
  return stream_open (c, fd, name, source);
}

struct endpoint *
endpoint_open (struct copy *c, const struct options *o, char ***words,
               const struct endpoint *from)
{
  struct tool_endpoint at;
  bool source = from == NULL;
  const char *word = **words;

  if (word == NULL)
    tool_usage_error ("a source and a destination are needed");
  if (tool_take_endpoint (words, false, &at))
    return nbd_open (c, &at, from);
  ++*words;
  if (strcmp (word, "-") == 0)
    return standard_open (c, source);
  if (!source && strcmp (word, "null:") == 0)
    return null_open (c);
  return open_path (c, o, word, source);
}
