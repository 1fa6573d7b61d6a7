/* SPDX-License-Identifier: MIT */
/* Files and descriptors that options name for writing or reading.  None of
 * them may be the source or the destination of the data, or serve two
 * options. */
#include <config.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"

#define MAX_OUTPUTS 16

/* Enough for "descriptor 2147483647". */
#define NAME_MAX_LENGTH 32

static struct output {
  const char *option;
  const char *path; /* NULL: the descriptor FD */
  int fd;
  bool written; /* not only read */
  bool quiet;   /* nothing is written unless there is an error */
} outputs[MAX_OUTPUTS];
static size_t nr_outputs;

static void
add (struct output o)
{
  if (nr_outputs == MAX_OUTPUTS)
    abort ();
  outputs[nr_outputs++] = o;
}

/* False if the output does not exist, or is /dev/null. */
static bool
stat_output (const struct output *o, struct stat *st)
{
  int r = o->path ? stat (o->path, st) : fstat (o->fd, st);
  return r == 0 && !(S_ISCHR (st->st_mode) && st->st_rdev == makedev (1, 3));
}

static bool
same_file (const struct stat *a, const struct stat *b)
{
  if (a->st_dev == b->st_dev && a->st_ino == b->st_ino)
    return true;
  bool devices = (S_ISBLK (a->st_mode) && S_ISBLK (b->st_mode))
                 || (S_ISCHR (a->st_mode) && S_ISCHR (b->st_mode));
  return devices && a->st_rdev == b->st_rdev;
}

/* Whether it stores data.  Streams, such as terminals and sockets, can be read
 * and written at the same time. */
static bool
is_disk (const struct stat *st)
{
  return S_ISREG (st->st_mode) || S_ISBLK (st->st_mode);
}

bool
tool_same_disk (int fd, int other)
{
  struct stat a, b;
  return fstat (fd, &a) == 0 && fstat (other, &b) == 0 && is_disk (&a)
         && same_file (&a, &b);
}

/* Take a descriptor that was open when the tool was started.  Descriptors that
 * the tool itself opened have FD_CLOEXEC set, inherited ones do not. */
static int
inherited (const char *option, const char *text)
{
  int fd = tool_number_argument (option, text, 0, INT32_MAX);
  int flags = fcntl (fd, F_GETFD);
  if (flags == -1 || (flags & FD_CLOEXEC) != 0)
    tool_fail ("%s: descriptor %d is not open; it has to be open when %s is "
               "started",
               option, fd, tool_self->name);
  return fd;
}

int
tool_descriptor_argument (const char *option, const char *text)
{
  int fd = inherited (option, text);
  int flags = fcntl (fd, F_GETFL);
  if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY)
    tool_fail ("%s: descriptor %d is not open for writing", option, fd);
  /* If a server that the tool starts had it open, too, its reader would see
   * no end of file before that server ends. */
  if (fd > STDERR_FILENO)
    fcntl (fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

int
tool_socket_argument (const char *option, const char *text)
{
  int fd = inherited (option, text), type;
  socklen_t size = sizeof type;
  if (getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &size) == -1)
    tool_fail ("%s: descriptor %d is not a socket", option, fd);
  return fd;
}

void
tool_output_descriptor (const char *option, int fd)
{
  add ((struct output) { .option = option, .fd = fd, .written = true });
}

void
tool_output_messages (bool many)
{
  add ((struct output) {
    .option = "messages",
    .fd = STDERR_FILENO,
    .written = true,
    .quiet = !many,
  });
}

void
tool_output_file (const char *option, const char *path)
{
  add ((struct output) { .option = option, .path = path, .written = true });
}

void
tool_input_file (const char *option, const char *path)
{
  add ((struct output) { .option = option, .path = path });
}

/* The name of an output in messages. */
static const char *
name_of (const struct output *o, char buffer[NAME_MAX_LENGTH])
{
  if (o->path)
    return o->path;
  if (o->fd == STDOUT_FILENO)
    return "standard output";
  if (o->fd == STDERR_FILENO)
    return "standard error";
  snprintf (buffer, NAME_MAX_LENGTH, "descriptor %d", o->fd);
  return buffer;
}

/* If standard error is this disk, redirect it, since a message would overwrite
 * data. */
static void
keep_messages_off (const struct stat *disk)
{
  struct stat st;
  if (!is_disk (disk) || fstat (STDERR_FILENO, &st) == -1
      || !same_file (disk, &st) || (S_ISREG (st.st_mode) && st.st_size == 0))
    return;
  int fd = open ("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd == -1)
    fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (fd == -1 || dup2 (fd, STDERR_FILENO) == -1)
    _exit (EXIT_FAILURE);
}

static void
refuse (const struct stat *st, const char *what, bool written_only)
{
  char buffer[NAME_MAX_LENGTH];
  struct stat other;
  for (const struct output *o = outputs; o < outputs + nr_outputs; o++) {
    if (written_only && !o->written)
      continue;
    if (!stat_output (o, &other) || !same_file (st, &other)
        || (o->quiet && !is_disk (&other)))
      continue;
    keep_messages_off (st);
    tool_fail ("%s: %s is also the %s; use another one", o->option,
               name_of (o, buffer), what);
  }
}

void
tool_guard_source (int fd)
{
  struct stat st;
  if (fstat (fd, &st) == 0 && is_disk (&st))
    refuse (&st, "source", true);
}

void
tool_guard_destination (int fd)
{
  struct stat st;
  if (fstat (fd, &st) == 0)
    refuse (&st, "destination", false);
}

void
tool_guard_output (const char *option, int fd)
{
  char buffer[NAME_MAX_LENGTH];
  struct stat st, other;
  if (fstat (fd, &st) == -1 || !is_disk (&st))
    return;
  for (const struct output *o = outputs; o < outputs + nr_outputs; o++)
    if (strcmp (o->option, option) != 0 && stat_output (o, &other)
        && same_file (&st, &other))
      tool_fail ("%s: this file is also used for %s (%s); use another one",
                 option, o->option, name_of (o, buffer));
}
