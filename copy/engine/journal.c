/* SPDX-License-Identifier: MIT */
/* The journal of --resume: which copy it belongs to, and which ranges are
 * durable.
 *
 * It is text.  Each line ends with a digest of the rest of the line, so that a
 * line that a crash has damaged is recognised.  Such a line, and all that
 * follow it, are ignored.  The first lines identify the copy. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "engine/done.h"
#include "engine/scan.h"

enum { HEADER_LINES = 4 };

#define FIRST_LINE "nbdcopy journal 1"

struct journal {
  pthread_mutex_t lock; /* for appending */
  int fd;
  char *header[HEADER_LINES];
};

static char *
arguments (struct copy *c)
{
  const struct copy_settings *o = &c->settings;
  char *map = o->map ? realpath (o->map, NULL) : NULL;
  char *text = tool_format ("arguments length %" PRIu64 " from %" PRIu64
                            " to %" PRIu64 " allocated %d context %s map %s",
                            c->length, c->from->start, c->to->start,
                            o->allocated, o->context ? o->context : "-",
                            map ? map : "-");

  free (map);
  return text;
}

static void
make_header (struct copy *c)
{
  char **header = c->journal->header;
  char *from = c->from->ops->identity (c->from);
  char *to = c->to->ops->identity (c->to);
  const char *origin = c->settings.origin;

  for (int i = 0; i < HEADER_LINES; i++)
    free (header[i]);
  header[0] = tool_format (FIRST_LINE);
  header[1] = tool_format ("source %s%s%s", from, origin ? " of " : "",
                           origin ? origin : "");
  header[2] = tool_format ("destination %s", to);
  header[3] = arguments (c);
  free (from);
  free (to);
}

/* Append a line and its digest to TEXT, which is replaced.  Line breaks in
 * names must not end the line. */
static void
append_line (char **text, const char *line)
{
  char *clean = tool_format ("%s", line);
  for (char *p = clean; *p; p++)
    if (*p == '\n')
      *p = '?';
  char *all = tool_format ("%s%s %016" PRIx64 "\n", *text ? *text : "", clean,
                           digest (clean, strlen (clean), 0));
  free (clean);
  free (*text);
  *text = all;
}

static int
append (struct copy *c, char *text)
{
  int fd = c->journal->fd;
  size_t length = strlen (text), done = 0;

  pthread_mutex_lock (&c->journal->lock);
  while (done < length) {
    ssize_t n = write (fd, text + done, length - done);
    if (n == -1 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    done += n;
  }
  pthread_mutex_unlock (&c->journal->lock);
  free (text);
  if (done == length && fdatasync (fd) == 0)
    return 0;
  copy_fail (c, "%s: cannot write the journal: %m", c->settings.resume);
  return -1;
}

/* Remove the digest from the end of a line; false if it is wrong. */
static bool
check_line (char *line)
{
  char *space = strrchr (line, ' '), *end;

  if (space == NULL || strlen (space) != 17)
    return false;
  *space = '\0';
  uint64_t sum = strtoull (space + 1, &end, 16);
  return *end == '\0' && sum == digest (line, space - line, 0);
}

static int
check_header (struct copy *c, int i, const char *line)
{
  static const char *const what[HEADER_LINES] = {
    "is of another version of nbdcopy",
    "is of another source, or the source has changed",
    "is of another destination, or the destination has changed",
    "is of a copy with other arguments",
  };
  char *ours = NULL;

  append_line (&ours, c->journal->header[i]);
  *strrchr (ours, ' ') = '\0';
  bool same = strcmp (line, ours) == 0;
  if (!same)
    copy_fail (c,
               "%s: this journal %s\n  it says: %s\n  now it is: %s\n"
               "Remove the journal to copy everything again.",
               c->settings.resume, what[i], line, ours);
  free (ours);
  return same ? 0 : -1;
}

/* Read lines.  Return 1 if the header is complete, 0 if not, -1 after
 * copy_fail.  END is where the last good line ends. */
static int
read_lines (struct copy *c, FILE *f, struct ranges *done, off_t *end)
{
  char *line = NULL;
  size_t room = 0;
  ssize_t n;
  int count = 0;

  while ((n = getline (&line, &room, f)) > 0) {
    uint64_t start, stop;
    if (line[n - 1] != '\n')
      break;
    line[n - 1] = '\0';
    if (!check_line (line))
      break;
    if (count < HEADER_LINES) {
      if (check_header (c, count, line) == -1) {
        free (line);
        return -1;
      }
    }
    else if (sscanf (line, "done %" SCNu64 " %" SCNu64, &start, &stop) == 2
             && start < stop && stop <= c->length)
      ranges_add (done, start, stop);
    else
      break;
    count++;
    *end += n;
  }
  free (line);
  return count >= HEADER_LINES ? 1 : 0;
}

static int
refuse (struct copy *c, const char *why)
{
  int error = errno;

  copy_fail (c, "%s: %s: %s", c->settings.resume, why, strerror (error));
  return -1;
}

/* Do not overwrite a file that is not empty and does not begin like a
 * journal. */
static int
check_beginning (struct copy *c)
{
  char first[sizeof FIRST_LINE];
  ssize_t n = pread (c->journal->fd, first, strlen (FIRST_LINE), 0);

  if (n == -1)
    return refuse (c, "cannot read the journal");
  if (memcmp (first, FIRST_LINE, n) == 0)
    return 0;
  copy_fail (c, "%s: this file is not a journal; name another one",
             c->settings.resume);
  return -1;
}

static int
open_file (struct copy *c)
{
  const char *name = c->settings.resume;
  struct journal *j = c->journal;

  j->fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (j->fd == -1)
    return refuse (c, "cannot open the journal");
  if (flock (j->fd, LOCK_EX | LOCK_NB) == 0)
    return 0;
  if (errno != EWOULDBLOCK)
    return refuse (c, "cannot lock the journal");
  copy_fail (c, "%s: the journal is in use: another copy is running", name);
  return -1;
}

int
journal_open (struct copy *c, struct ranges *done)
{
  struct journal *j = c->journal = tool_alloc (sizeof *j);
  off_t end = 0;

  pthread_mutex_init (&j->lock, NULL);
  if (open_file (c) == -1)
    return -1;
  make_header (c);
  int fd = fcntl (j->fd, F_DUPFD_CLOEXEC, 0);
  FILE *f = fd == -1 ? NULL : fdopen (fd, "r");
  if (f == NULL)
    return refuse (c, "cannot read the journal");
  int there = read_lines (c, f, done, &end);
  if (there == 0 && end == 0)
    there = check_beginning (c);
  fclose (f);
  if (there == -1)
    return -1;
  if (there == 0) {
    ranges_clear (done);
    end = 0;
  }
  if (ftruncate (j->fd, end) == -1 || lseek (j->fd, end, SEEK_SET) == -1)
    return refuse (c, "cannot write the journal");
  return there;
}

int
journal_begin (struct copy *c)
{
  char *text = tool_format ("%s", "");

  make_header (c);
  for (int i = 0; i < HEADER_LINES; i++)
    append_line (&text, c->journal->header[i]);
  return append (c, text);
}

int
journal_add (struct copy *c, const struct ranges *done)
{
  char *text = tool_format ("%s", "");

  for (size_t i = 0; i < done->count; i++) {
    char *line = tool_format ("done %" PRIu64 " %" PRIu64,
                              done->list[i].start, done->list[i].end);
    append_line (&text, line);
    free (line);
  }
  return append (c, text);
}

void
journal_remove (struct copy *c)
{
  unlink (c->settings.resume);
}

void
journal_free (struct copy *c)
{
  struct journal *j = c->journal;

  if (j == NULL)
    return;
  if (j->fd != -1)
    close (j->fd);
  for (int i = 0; i < HEADER_LINES; i++)
    free (j->header[i]);
  free (j);
}
