/* SPDX-License-Identifier: MIT */
/* The journal of --resume: which copy it is, and what of it is durable.
 *
 * It is text.  Each line ends with a digest of the rest of the line, so that
 * one which a crash cut off or tore is recognised; all that follows such a
 * line is ignored.  The first lines say which copy it is. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "copy.h"

enum { HEADER_LINES = 4 };

static int fd = -1;
static char *header[HEADER_LINES];

static char *
arguments (struct copy *c)
{
  struct options *o = &c->o;
  char *map = o->map ? realpath (o->map, NULL) : NULL;
  char *text = tool_format (
    "arguments length %" PRIu64 " from %" PRIu64 " to %" PRIu64
    " allocated %d context %s map %s", c->length, c->from->start,
    c->to->start, o->allocated, o->context ? o->context : "-",
    map ? map : "-");

  free (map);
  return text;
}

static void
make_header (struct copy *c)
{
  char *from = c->from->ops->identity (c->from);
  char *to = c->to->ops->identity (c->to);

  for (int i = 0; i < HEADER_LINES; i++)
    free (header[i]);
  header[0] = tool_format ("nbdcopy journal 1");
  header[1] = tool_format ("source %s", from);
  header[2] = tool_format ("destination %s", to);
  header[3] = arguments (c);
  free (from);
  free (to);
}

/* Line breaks in names must not break lines. */
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
  size_t length = strlen (text), done = 0;

  while (done < length) {
    ssize_t n = write (fd, text + done, length - done);
    if (n == -1 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    done += n;
  }
  free (text);
  if (done == length && fdatasync (fd) == 0)
    return 0;
  copy_fail (c, "%s: cannot write the journal: %m", c->o.resume);
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

static void
check_header (struct copy *c, int i, const char *line)
{
  static const char *const what[HEADER_LINES] = {
    "is not ours", "is of another source, or the source has changed",
    "is of another destination, or the destination has changed",
    "is of a copy with other arguments",
  };
  char *ours = NULL;

  append_line (&ours, header[i]);
  *strrchr (ours, ' ') = '\0';
  if (strcmp (line, ours) != 0)
    tool_fail ("%s: this journal %s\n  it says: %s\n  now it is: %s\n"
               "Remove the journal to copy everything again.",
               c->o.resume, what[i], line, ours);
  free (ours);
}

/* Read lines; whether the whole header was there.  END is where the last
 * good line ends. */
static bool
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
    if (count < HEADER_LINES)
      check_header (c, count, line);
    else if (sscanf (line, "done %" SCNu64 " %" SCNu64, &start, &stop) == 2
             && start < stop && stop <= c->length)
      ranges_add (done, start, stop);
    else
      break;
    count++;
    *end += n;
  }
  free (line);
  return count >= HEADER_LINES;
}

bool
journal_open (struct copy *c, struct ranges *done)
{
  const char *name = c->o.resume;
  off_t end = 0;

  fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd == -1)
    tool_fail ("%s: cannot open the journal: %m", name);
  if (flock (fd, LOCK_EX | LOCK_NB) == -1)
    tool_fail ("%s: the journal is in use: another nbdcopy is running", name);
  make_header (c);
  FILE *f = fdopen (dup (fd), "r");
  if (f == NULL)
    tool_fail ("%s: %m", name);
  bool there = read_lines (c, f, done, &end);
  if (!there && end == 0 && lseek (fd, 0, SEEK_END) > 0) {
    char first[18] = "";
    if (pread (fd, first, 17, 0) > 0
        && strncmp (first, header[0], strlen (first)) != 0)
      tool_fail ("%s: this file is no journal", name);
  }
  fclose (f);
  if (!there) {
    ranges_clear (done);
    end = 0;
  }
  if (ftruncate (fd, end) == -1 || lseek (fd, end, SEEK_SET) == -1)
    tool_fail ("%s: cannot write the journal: %m", name);
  return there;
}

void
journal_begin (struct copy *c)
{
  char *text = NULL;

  make_header (c);
  text = tool_format ("%s", "");
  for (int i = 0; i < HEADER_LINES; i++)
    append_line (&text, header[i]);
  if (append (c, text) == -1)
    exit (EXIT_FAILURE);
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
  unlink (c->o.resume);
  close (fd);
  for (int i = 0; i < HEADER_LINES; i++) {
    free (header[i]);
    header[i] = NULL;
  }
}
