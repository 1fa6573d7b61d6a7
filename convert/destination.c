/* SPDX-License-Identifier: MIT */
/* The destination: a file that gets its name when it is complete, or a
 * device, server or stream that is written in place. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "destination.h"

/* ---- interruption ---- */

static const struct destination *wanted; /* NULL until it is known */
static bool finished;

/* At the end of the program, if a signal caused it: say what the destination
 * holds. */
static void
say_interrupted (void)
{
  const struct destination *d = wanted;

  if (finished || tool_signal == 0)
    return;
  const char *signal = strsignal (tool_signal);
  if (d == NULL)
    tool_error ("interrupted by a signal (%s) before anything was written",
                signal);
  else if (d->kept)
    tool_error ("interrupted by a signal (%s): what was copied is in %s; run "
                "the same command again to continue",
                signal, d->unfinished);
  else if (d->place == AT_FILE)
    tool_error ("interrupted by a signal (%s): %s was %s", signal, d->name,
                d->exists ? "left as it was" : "not made");
  else
    tool_error ("interrupted by a signal (%s): %s %s", signal,
                d->begun ? "this is not complete:" : "nothing was written to",
                d->name);
}

void
destination_tell_interruption (void)
{
  tool_at_end (say_interrupted);
}

/* ---- what it is ---- */

/* The format follows from the end of the name, unless --to is given. */
static enum format
format_of_name (const char *name)
{
  static const struct {
    const char *end;
    enum format format;
  } known[] = {
    { ".qcow2", QCOW2 }, { ".vmdk", VMDK }, { ".vdi", VDI },
    { ".vhdx", VHDX },   { ".vhd", VPC },   { ".vpc", VPC },
  };
  size_t length = strlen (name);

  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    size_t n = strlen (known[i].end);
    if (length > n && strcasecmp (name + length - n, known[i].end) == 0)
      return known[i].format;
  }
  return RAW;
}

char *
directory_of (const char *path)
{
  char *copy = tool_format ("%s", path);
  char *directory = tool_format ("%s", dirname (copy));

  free (copy);
  return directory;
}

/* Symbolic links are followed.  So the file that a link points to is
 * replaced, not the link. */
static void
find_path (struct destination *d)
{
  char *directory, *base;

  d->path = realpath (d->name, NULL);
  if (d->path != NULL)
    return;
  if (errno != ENOENT)
    tool_fail ("%s: %m", d->name);
  if (lstat (d->name, &d->st) == 0)
    tool_fail ("%s: this symbolic link leads nowhere", d->name);
  directory = directory_of (d->name);
  base = realpath (directory, NULL);
  if (base == NULL)
    tool_fail ("%s: %s: %m", d->name, directory);
  const char *slash = strrchr (d->name, '/');
  d->path = tool_format ("%s/%s", base[1] == '\0' ? "" : base,
                         slash ? slash + 1 : d->name);
  free (directory);
  free (base);
}

static void
take_path (struct destination *d)
{
  size_t length = strlen (d->name);

  d->place = AT_FILE;
  if (d->name[length - 1] == '/')
    tool_fail ("%s: this is no name of a file", d->name);
  d->exists = stat (d->name, &d->st) == 0;
  if (d->exists && S_ISDIR (d->st.st_mode))
    tool_fail ("%s: this is a directory", d->name);
  if (d->exists && S_ISBLK (d->st.st_mode))
    d->place = AT_DEVICE;
  else if (d->exists && !S_ISREG (d->st.st_mode))
    tool_fail ("%s: this is no file, block device or NBD URI; - is standard "
               "output",
               d->name);
  else
    find_path (d);
}

static void
check_format (const struct destination *d, const struct options *o)
{
  if (!format_is_written (d->format))
    tool_usage_error ("--to: %s images can only be read; formats that can be "
                      "made are raw, qcow2, vmdk, vdi, vhdx, vhd",
                      format_name (d->format));
  if (d->format != RAW && d->place != AT_FILE
      && (d->format != QCOW2 || d->place != AT_DEVICE))
    tool_fail ("%s: a %s image can only be made in a file%s", d->name,
               format_name (d->format),
               d->format == QCOW2 ? " or a block device" : "");
  if (o->compress && d->format != QCOW2)
    tool_fail ("--compress: a %s image has no compressed clusters; "
               "--to=qcow2 has",
               format_name (d->format));
  if (o->format_options && d->format == RAW)
    tool_fail ("--format-option: a raw image has none; name another format "
               "with --to");
}

void
destination_take (struct destination *d, const struct options *o,
                  char ***words)
{
  *d = (struct destination) { .name = **words, .fd = -1 };
  if (d->name == NULL)
    tool_usage_error ("a source and a destination are needed");
  if (d->name[0] == '\0')
    tool_usage_error ("the destination is an empty argument");
  if (tool_take_endpoint (words, false, &d->at)) {
    d->name = d->at.name;
    d->place = AT_NBD;
  }
  else {
    ++*words;
    d->place = AT_STREAM;
    if (strcmp (d->name, "-") != 0)
      take_path (d);
  }
  d->format = o->to_is_said         ? o->to
              : d->place == AT_FILE ? format_of_name (d->name)
                                    : RAW;
  check_format (d, o);
  wanted = d;
}

/* ---- the beginning ---- */

/* The file to remove if the program fails; or NULL. */
static char *unfinished;

static void
remove_unfinished (void)
{
  if (unfinished != NULL)
    unlink (unfinished);
}

static void
make_file (struct destination *d, const struct options *o)
{
  char *directory = directory_of (d->path);

  /* --resume has to find the file again, so its name is not random. */
  if (o->settings.resume) {
    d->kept = true;
    d->unfinished = tool_format ("%s.unfinished", d->path);
    d->fd = open (d->unfinished, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                  0600);
  }
  else {
    d->unfinished = tool_format ("%s/.nbdconvert-XXXXXX", directory);
    d->fd = mkostemp (d->unfinished, O_CLOEXEC);
  }
  if (d->fd == -1)
    tool_fail ("%s: cannot make a file in %s: %m", d->name, directory);
  if (!o->settings.resume) {
    unfinished = d->unfinished;
    tool_at_end (remove_unfinished);
  }
  free (directory);
}

/* With O_EXCL the kernel refuses a device that is mounted or otherwise in
 * use. */
static void
open_device (struct destination *d)
{
  d->fd = open (d->name, O_RDWR | O_EXCL | O_CLOEXEC);
  if (d->fd == -1 && errno == EBUSY)
    tool_fail ("%s: this device is in use: it may be mounted, or part of a "
               "RAID or volume group",
               d->name);
  if (d->fd == -1)
    tool_fail ("%s: %m", d->name);
  tool_guard_destination (d->fd);
}

void
destination_begin (struct destination *d, const struct options *o)
{
  d->begun = true;
  if (d->place == AT_FILE)
    make_file (d, o);
  else if (d->place == AT_DEVICE)
    open_device (d);
}

const char *
destination_file (const struct destination *d)
{
  return d->unfinished ? d->unfinished : d->name;
}

/* ---- the end ---- */

/* The new file gets owner and permissions of the file that it replaces, as
 * far as we are allowed to set them.  Otherwise it gets the permissions of
 * any new file. */
static void
set_permissions (const struct destination *d, int fd)
{
  mode_t mask = umask (0),
         mode = d->exists ? d->st.st_mode & 07777 : 0666 & ~mask;

  umask (mask);
  if (d->exists && fchown (fd, d->st.st_uid, d->st.st_gid) == -1) {
    /* The owner stays the user who runs this program. */
  }
  if (fchmod (fd, mode) == -1)
    tool_fail ("%s: cannot set the permissions %03o: %m", d->name,
               (unsigned) mode);
}

static void
sync_directory (const struct destination *d)
{
  char *directory = directory_of (d->path);
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd == -1 || (fsync (fd) == -1 && errno != EINVAL))
    tool_fail ("%s: it is whole, but %s could not be made durable: %m",
               d->name, directory);
  close (fd);
  free (directory);
}

void
destination_finish (struct destination *d)
{
  if (d->place == AT_DEVICE && fsync (d->fd) == -1)
    tool_fail ("%s: what was written could not be made durable: %m", d->name);
  if (d->place != AT_FILE) {
    finished = true;
    return;
  }
  set_permissions (d, d->fd);
  if (fsync (d->fd) == -1)
    tool_fail ("%s: what was written could not be made durable: %m", d->name);
  /* From here on the file is complete.  It is kept even if it cannot have its
   * name, because it may be the result of hours. */
  unfinished = NULL;
  if (rename (d->unfinished, d->path) == -1)
    tool_fail ("%s: the result is complete, but could not be renamed to this "
               "name: %m. It stays in %s",
               d->name, d->unfinished);
  finished = true;
  sync_directory (d);
}
