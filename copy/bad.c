/* SPDX-License-Identifier: MIT */
/* Sources with blocks that cannot be read.
 *
 * When the read of a chunk failed, the chunk is read again in parts, one
 * after the other.  The first bad block is found by halving what failed.
 * Behind it the parts begin with one block and double as long as they can be
 * read, so that where all is bad there is one request for each block, and
 * few more.
 *
 * What is known to be bad is a set of positions.  The file has it in order,
 * one extent on each line, as --map reads it.  It is written anew while the
 * set grows, and gets its closing bracket, without which it is no map, only
 * when everything was tried. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bad.h"

/* The least that is tried to read: a sector. */
#define SECTOR 512
/* So many are told of while copying. */
#define MOST_TOLD 5
/* The list is not written more often than this, and takes no more than a
 * tenth of the time. */
#define WRITE_SECONDS 1
#define WRITE_SHARE 10

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ranges bad;
static unsigned told;

static struct {
  int fd;                       /* -1: there is none */
  bool regular;                 /* can be written again and again */
  double next;                  /* not before this time */
} list = { .fd = -1 };

/* ---- the list ---- */

static char *
list_text (const struct copy *c, bool whole, size_t *size)
{
  char *text;
  FILE *f = open_memstream (&text, size);

  if (f == NULL)
    return NULL;
  fputc ('[', f);
  for (size_t i = 0; i < bad.count; i++)
    fprintf (f, "%s\n{ \"offset\": %" PRIu64 ", \"length\": %" PRIu64
             ", \"type\": 1, \"description\": \"unreadable\" }",
             i > 0 ? "," : "", c->source->start + bad.list[i].start,
             bad.list[i].end - bad.list[i].start);
  fputs (whole ? "\n]\n" : "\n", f);
  if (fclose (f) == 0)
    return text;
  free (text);
  return NULL;
}

/* From the beginning of what can be written there. */
static int
write_all (const char *text, size_t size)
{
  size_t done = 0;

  while (done < size) {
    ssize_t n = list.regular
      ? pwrite (list.fd, text + done, size - done, done)
      : write (list.fd, text + done, size - done);
    if (n == -1 && errno == EINTR && tool_signal == 0)
      continue;
    if (n <= 0)
      return -1;
    done += n;
  }
  return 0;
}

/* An old list has no closing bracket, so neither has what is left if the
 * machine stops between these. */
static int
list_write (const struct copy *c, bool whole)
{
  size_t size;
  double began = tool_now ();
  char *text = list_text (c, whole, &size);

  if (text == NULL)
    return -1;
  int r = write_all (text, size);
  if (r == 0 && list.regular)
    r = ftruncate (list.fd, size);
  if (r == 0 && list.regular && whole)
    r = fsync (list.fd);
  free (text);
  double now = tool_now ();
  list.next = now + MAX (WRITE_SECONDS, (now - began) * WRITE_SHARE);
  return r;
}

void
bad_open (struct copy *c)
{
  const char *name = c->o.bad_ranges;
  struct stat st;

  if (name == NULL)
    return;
  list.fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
  if (list.fd == -1 || fstat (list.fd, &st) == -1)
    tool_fail ("%s: cannot write the list of bad ranges: %m", name);
  list.regular = S_ISREG (st.st_mode);
  tool_guard_output ("--bad-ranges", list.fd);
}

void
bad_begin (struct copy *c)
{
  if (list.fd != -1 && list.regular
      && (ftruncate (list.fd, 0) == -1 || list_write (c, false) == -1))
    tool_fail ("%s: cannot write the list of bad ranges: %m",
               c->o.bad_ranges);
  list.next = 0;
}

static void
summarize (struct copy *c, bool whole)
{
  bool zero = c->o.on_read_error == READ_ERRORS_ZERO;
  const char *name = c->o.bad_ranges;

  copy_warn (c, "%s: %" PRIu64 " bytes in %zu range%s could not be read%s "
             "and %s%s%s%s", c->source->name, (uint64_t) c->unreadable,
             bad.count, bad.count == 1 ? "" : "s", whole ? "" : " so far",
             zero ? "are zeroes at the destination"
             : c->o.verify ? "are neither copied nor verified"
             : "are not copied",
             name == NULL ? "" : whole ? "; the list is in "
             : "; the list, which is not whole, is in ", name ? name : "",
             whole && c->o.resume ? "; to try them again, use the same "
             "command with its journal" : "");
}

int
bad_end (struct copy *c, bool whole)
{
  int r = 0;

  if (c->o.on_read_error == READ_ERRORS_FAIL)
    return 0;
  if (list.fd != -1 && (whole || list.regular))
    r = list_write (c, whole);
  if (r == -1)
    copy_warn (c, "%s: cannot write the list of bad ranges: %m",
               c->o.bad_ranges);
  if (c->unreadable > 0)
    summarize (c, whole);
  if (list.fd != -1)
    close (list.fd);
  ranges_clear (&bad);
  return r;
}

/* ---- what is known ---- */

static void
tell (const struct io *io)
{
  struct copy *c = io->on->copy;

  if (told > MOST_TOLD)
    return;
  if (told++ == MOST_TOLD)
    copy_warn (c, "%s: there are more such errors, which are only counted",
               io->on->name);
  else
    copy_warn (c, "%s: read at offset %" PRIu64 " failed: %s; %s",
               io->on->name, io->on->start + io->position, io_why (io),
               c->o.on_read_error == READ_ERRORS_ZERO
               ? "zeroes are written instead" : "it is not copied");
}

/* Tell of a range where it begins, not of each of its blocks. */
static void
note_bad (const struct io *io)
{
  struct copy *c = io->on->copy;
  uint64_t start = io->position, end = start + io->length;
  uint64_t before = start > 0 ? start - 1 : 0;

  pthread_mutex_lock (&lock);
  bool known = ranges_count (&bad, before, end + 1) > 0;
  c->unreadable += io->length - ranges_count (&bad, start, end);
  ranges_add (&bad, start, end);
  /* If it cannot be written now, that is told at the end. */
  if (list.fd != -1 && list.regular && tool_now () >= list.next)
    list_write (c, false);
  pthread_mutex_unlock (&lock);
  if (!known)
    tell (io);
}

/* It may have been bad when it was tried before a connection was lost. */
static void
note_good (struct copy *c, uint64_t start, uint64_t end)
{
  if (c->unreadable == 0)
    return;
  pthread_mutex_lock (&lock);
  uint64_t count = ranges_count (&bad, start, end);
  if (count > 0)
    ranges_remove (&bad, start, end);
  c->unreadable -= count;
  pthread_mutex_unlock (&lock);
}

/* ---- reading in parts ---- */

/* The source's blocks, which need not be those of the copy. */
static uint64_t
block_size (const struct copy *c)
{
  return MAX (c->from->minimum, SECTOR);
}

static uint64_t
next_block (const struct copy *c, uint64_t at)
{
  uint64_t b = block_size (c);
  return at + b - (c->from->start + at) % b;
}

/* Read the next part, from AT on; false if there is none. */
static bool
read_on (struct worker *w, struct slot *s, uint64_t at)
{
  struct copy *c = w->copy;
  uint64_t length = at < s->suspect ? (s->suspect - at) / 2 : s->step;
  uint64_t end = at + length, next = next_block (c, at);

  if (at == s->what.end)
    return false;
  end -= (c->from->start + end) % block_size (c);
  end = MIN (MAX (end, next), s->what.end);
  chunk_read (w, s, at, end);
  return true;
}

/* Is it the disk, and not the way to it?  After a connection was lost the
 * chunk is read once more. */
static bool
is_of_disk (struct worker *w, const struct io *io)
{
  struct endpoint *e = io->on;

  if (io->error == ENOTCONN || io->error == ESHUTDOWN || io->error == EINTR)
    return false;
  /* A file that has become shorter. */
  if (!e->asynchronous)
    return io->error != ENODATA;
  return !nbd_is_lost (e, w->index) || (e->copy->o.retry > 0 && e->again);
}

bool
bad_read (struct worker *w, struct io *io)
{
  struct copy *c = w->copy;
  struct slot *s = io->slot;
  uint64_t at = io->position, end = at + io->length;

  if (c->o.on_read_error == READ_ERRORS_FAIL || c->verifying
      || io->action != READ || io->on->stream || !is_of_disk (w, io))
    return false;
  s->pending--;
  if (end > next_block (c, at)) {
    s->suspect = end;
    return read_on (w, s, at);
  }
  note_bad (io);
  memset (io->buffer, 0, io->length);
  ranges_add (&s->bad, at, end);
  s->suspect = end;
  s->step = block_size (c);
  if (!read_on (w, s, end))
    chunk_was_read (w, s);
  return true;
}

bool
bad_part_came (struct worker *w, const struct io *io)
{
  struct copy *c = w->copy;
  struct slot *s = io->slot;
  uint64_t end = io->position + io->length;

  if (c->o.on_read_error == READ_ERRORS_FAIL || c->verifying
      || io->on->stream)
    return true;
  note_good (c, io->position, end);
  s->step = 2 * io->length;
  return !read_on (w, s, end);
}

/* ---- writing ---- */

bool
bad_next_written (const struct copy *c, const struct slot *s, uint64_t at,
                  struct range *part)
{
  if (c->o.on_read_error == READ_ERRORS_SKIP)
    return ranges_gap (&s->bad, at, s->what.end, part);
  *part = (struct range) { at, s->what.end };
  return at < s->what.end;
}

/* Zeroes instead of it can be verified, what was left out cannot. */
static void
record (struct copy *c, const struct slot *s)
{
  struct extent what = s->what;
  struct range part = { 0, what.start };

  if (!c->o.verify)
    return;
  while (bad_next_written (c, s, part.end, &part)) {
    what.start = part.start;
    what.end = part.end;
    what.digest = digest (s->buffer + (part.start - s->what.start),
                          part.end - part.start, 0);
    verify_record (c, &what);
  }
}

/* All of a block of the copy is done, or nothing. */
void
bad_account (struct copy *c, const struct slot *s)
{
  uint64_t a = c->align, to = c->to->start, at = s->what.start;
  struct ranges blocks = { .count = 0 };
  struct range good;

  record (c, s);
  for (size_t i = 0; i < s->bad.count; i++) {
    uint64_t start = (to + s->bad.list[i].start) / a * a;
    uint64_t end = (to + s->bad.list[i].end + a - 1) / a * a;
    ranges_add (&blocks, start > to + at ? start - to : at,
                MIN (end - to, s->what.end));
  }
  for (size_t i = 0; i < blocks.count; i++)
    done_add_bad (c, blocks.list[i].start, blocks.list[i].end);
  for (; ranges_gap (&blocks, at, s->what.end, &good); at = good.end) {
    struct extent what = {
      .start = good.start,
      .end = good.end,
      .kind = DATA,
    };
    done_add (c, &what);
  }
  ranges_clear (&blocks);
}
