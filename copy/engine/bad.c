/* SPDX-License-Identifier: MIT */
/* Sources with blocks that cannot be read.
 *
 * If the read of a chunk failed, the chunk is read again in parts, one after
 * the other.  The first bad block is found by halving the part that failed.
 * Behind it the parts begin with one block, and double as long as they can be
 * read.  So where all blocks are bad there is about one request for each
 * block.
 *
 * The bad blocks are kept as a set of positions.  The list in the file has
 * them in order, one extent on each line, in the form that --map reads.  It is
 * rewritten while the set grows.  Its closing bracket, without which it is not
 * a valid map, is written only when all reads were tried. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/bad.h"
#include "engine/done.h"
#include "engine/scan.h"
#include "engine/verify.h"

/* The smallest part that is read. */
#define SECTOR 512
/* Messages about so many errors are printed while copying. */
#define MOST_TOLD 5
/* The list is not written more often than this, and writing it takes no more
 * than a tenth of the time. */
#define WRITE_SECONDS 1
#define WRITE_SHARE 10

struct bad {
  pthread_mutex_t lock;
  struct ranges known;
  unsigned told; /* errors for which a message was printed */
  /* The list. */
  int fd; /* -1: there is none */
  const char *name;
  bool regular; /* a regular file, which can be rewritten */
  double next;  /* when to write it again, at the earliest */
};

/* ---- the list ---- */

static char *
list_text (const struct copy *c, bool whole, size_t *size)
{
  const struct ranges *bad = &c->bad->known;
  char *text;
  FILE *f = open_memstream (&text, size);

  if (f == NULL)
    return NULL;
  fputc ('[', f);
  for (size_t i = 0; i < bad->count; i++)
    fprintf (f,
             "%s\n{ \"offset\": %" PRIu64 ", \"length\": %" PRIu64
             ", \"type\": 1, \"description\": \"unreadable\" }",
             i > 0 ? "," : "", c->source->start + bad->list[i].start,
             bad->list[i].end - bad->list[i].start);
  fputs (whole ? "\n]\n" : "\n", f);
  if (fclose (f) == 0)
    return text;
  free (text);
  return NULL;
}

/* Write the text: to the beginning of a regular file, else to the stream. */
static int
write_all (const struct bad *b, const char *text, size_t size)
{
  size_t done = 0;

  while (done < size) {
    ssize_t n = b->regular ? pwrite (b->fd, text + done, size - done, done)
                           : write (b->fd, text + done, size - done);
    if (n == -1 && errno == EINTR && tool_signal == 0)
      continue;
    if (n <= 0)
      return -1;
    done += n;
  }
  return 0;
}

/* The file is written first and truncated after that.  If the machine stops
 * in between, the rest of the older list is left.  It has no closing bracket
 * either, so such a file is not taken for a whole list. */
static int
list_write (const struct copy *c, bool whole)
{
  struct bad *b = c->bad;
  size_t size;
  double began = tool_now ();
  char *text = list_text (c, whole, &size);

  if (text == NULL)
    return -1;
  int r = write_all (b, text, size);
  if (r == 0 && b->regular)
    r = ftruncate (b->fd, size);
  if (r == 0 && b->regular && whole)
    r = fsync (b->fd);
  free (text);
  double now = tool_now ();
  b->next = now + MAX (WRITE_SECONDS, (now - began) * WRITE_SHARE);
  return r;
}

static struct bad *
get_bad (struct copy *c)
{
  if (c->bad == NULL) {
    c->bad = tool_alloc (sizeof *c->bad);
    pthread_mutex_init (&c->bad->lock, NULL);
    c->bad->fd = -1;
  }
  return c->bad;
}

int
copy_list_unreadable (struct copy *c, int fd, const char *name)
{
  struct bad *b = get_bad (c);
  struct stat st;

  b->fd = fd;
  b->name = name;
  if (fstat (fd, &st) == 0) {
    b->regular = S_ISREG (st.st_mode);
    return 0;
  }
  copy_fail (c, "%s: cannot write the list of bad ranges: %m", name);
  return -1;
}

int
bad_begin (struct copy *c)
{
  struct bad *b = get_bad (c);

  if (b->fd != -1 && b->regular
      && (ftruncate (b->fd, 0) == -1 || list_write (c, false) == -1)) {
    copy_fail (c, "%s: cannot write the list of bad ranges: %m", b->name);
    return -1;
  }
  b->next = 0;
  return 0;
}

void
bad_free (struct copy *c)
{
  if (c->bad != NULL)
    ranges_clear (&c->bad->known);
  free (c->bad);
}

static void
summarize (struct copy *c, bool whole)
{
  bool zero = c->settings.on_read_error == READ_ERRORS_ZERO;
  const char *name = c->bad->fd != -1 ? c->bad->name : NULL;
  size_t count = c->bad->known.count;

  copy_warn (c,
             "%s: %" PRIu64 " bytes in %zu range%s could not be read%s "
             "and %s%s%s%s",
             c->source->name, (uint64_t) c->unreadable, count,
             count == 1 ? "" : "s", whole ? "" : " so far",
             zero                 ? "are zeroes at the destination"
             : c->settings.verify ? "are neither copied nor verified"
                                  : "are not copied",
             name == NULL ? ""
             : whole      ? "; the list is in "
                          : "; the list, which is not whole, is in ",
             name ? name : "",
             whole && c->settings.resume
               ? "; to try them again, use the same "
                 "command with its journal"
               : "");
}

int
copy_end (struct copy *c, bool whole)
{
  struct bad *b = c->bad;
  int r = 0;

  if (c->settings.on_read_error == READ_ERRORS_FAIL || b == NULL)
    return 0;
  if (b->fd != -1 && (whole || b->regular))
    r = list_write (c, whole);
  if (r == -1)
    copy_warn (c, "%s: cannot write the list of bad ranges: %m", b->name);
  if (c->unreadable > 0)
    summarize (c, whole);
  if (b->fd != -1)
    close (b->fd);
  b->fd = -1;
  return r;
}

/* ---- the known bad blocks ---- */

static void
tell (const struct io *io)
{
  struct copy *c = io->on->copy;

  if (c->bad->told > MOST_TOLD)
    return;
  if (c->bad->told++ == MOST_TOLD)
    copy_warn (c, "%s: there are more such errors, which are only counted",
               io->on->name);
  else
    copy_warn (c, "%s: read at offset %" PRIu64 " failed: %s; %s",
               io->on->name, io->on->start + io->position, io_why (io),
               c->settings.on_read_error == READ_ERRORS_ZERO
                 ? "zeroes are written instead"
                 : "it is not copied");
}

/* Record a block that cannot be read.  A message is printed where a bad range
 * begins, not for each of its blocks. */
static void
note_bad (const struct io *io)
{
  struct copy *c = io->on->copy;
  struct bad *b = c->bad;
  uint64_t start = io->position, end = start + io->length;
  uint64_t before = start > 0 ? start - 1 : 0;

  pthread_mutex_lock (&b->lock);
  bool known = ranges_count (&b->known, before, end + 1) > 0;
  c->unreadable += io->length - ranges_count (&b->known, start, end);
  ranges_add (&b->known, start, end);
  /* If it cannot be written, copy_end tries again and prints the error. */
  if (b->fd != -1 && b->regular && tool_now () >= b->next)
    list_write (c, false);
  if (!known)
    tell (io);
  pthread_mutex_unlock (&b->lock);
}

/* Record a range that could be read.  It may have been bad when it was read
 * before. */
static void
note_good (struct copy *c, uint64_t start, uint64_t end)
{
  struct bad *b = c->bad;

  if (c->unreadable == 0)
    return;
  pthread_mutex_lock (&b->lock);
  uint64_t count = ranges_count (&b->known, start, end);
  if (count > 0)
    ranges_remove (&b->known, start, end);
  c->unreadable -= count;
  pthread_mutex_unlock (&b->lock);
}

/* ---- reading in parts ---- */

/* The size of the source's blocks, which can be smaller than C->align. */
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

/* The next part to read, from AT on. */
static enum bad_next
next_part (struct worker *w, struct slot *s, uint64_t at, struct range *part)
{
  struct copy *c = w->copy;
  uint64_t length = at < s->bad_before ? (s->bad_before - at) / 2
                                       : s->part_length;
  uint64_t end = at + length, next = next_block (c, at);

  if (at == s->what.end)
    return BAD_ALL_READ;
  end -= (c->from->start + end) % block_size (c);
  *part = (struct range) { at, MIN (MAX (end, next), s->what.end) };
  return BAD_READ_PART;
}

/* Whether the disk has failed, and not the connection to it. */
static bool
is_of_disk (struct worker *w, const struct io *io)
{
  struct endpoint *e = io->on;

  if (io->error == ENOTCONN || io->error == ESHUTDOWN || io->error == EINTR)
    return false;
  /* ENODATA: the file has become shorter. */
  if (e->ops->is_lost == NULL)
    return io->error != ENODATA;
  return !endpoint_is_lost (e, w->index);
}

enum bad_next
bad_read (struct worker *w, struct io *io, struct range *part)
{
  struct copy *c = w->copy;
  struct slot *s = io->slot;
  uint64_t at = io->position, end = at + io->length;

  if (c->settings.on_read_error == READ_ERRORS_FAIL || c->verifying
      || io->action != READ || io->on->stream || !is_of_disk (w, io))
    return BAD_FAILS;
  s->pending--;
  if (end > next_block (c, at)) {
    s->bad_before = end;
    return next_part (w, s, at, part);
  }
  note_bad (io);
  memset (io->buffer, 0, io->length);
  ranges_add (&s->bad, at, end);
  s->bad_before = end;
  s->part_length = block_size (c);
  return next_part (w, s, end, part);
}

enum bad_next
bad_part_came (struct worker *w, const struct io *io, struct range *part)
{
  struct copy *c = w->copy;
  struct slot *s = io->slot;
  uint64_t end = io->position + io->length;

  if (c->settings.on_read_error == READ_ERRORS_FAIL || c->verifying
      || io->on->stream)
    return BAD_ALL_READ;
  note_good (c, io->position, end);
  s->part_length = 2 * io->length;
  return next_part (w, s, end, part);
}

/* ---- writing ---- */

bool
bad_next_written (const struct copy *c, const struct slot *s, uint64_t at,
                  struct range *part)
{
  if (c->settings.on_read_error == READ_ERRORS_SKIP)
    return ranges_gap (&s->bad, at, s->what.end, part);
  *part = (struct range) { at, s->what.end };
  return at < s->what.end;
}

/* Record what was written for verification: zeroes in place of bad blocks
 * can be verified, bad blocks that were left out cannot. */
static void
record (struct copy *c, const struct slot *s)
{
  struct extent what = s->what;
  struct range part = { 0, what.start };

  if (!c->settings.verify)
    return;
  while (bad_next_written (c, s, part.end, &part)) {
    what.start = part.start;
    what.end = part.end;
    what.digest = digest (s->buffer + (part.start - s->what.start),
                          part.end - part.start, 0);
    verify_record (c, &what);
  }
}

/* A block of C->align bytes counts as done only if all of it could be
 * read. */
void
bad_account (struct worker *w, const struct slot *s)
{
  struct copy *c = w->copy;
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
    done_add_bad (c, w->index, blocks.list[i].start, blocks.list[i].end);
  for (; ranges_gap (&blocks, at, s->what.end, &good); at = good.end) {
    struct extent what = {
      .start = good.start,
      .end = good.end,
      .kind = DATA,
    };
    done_add (c, w->index, &what);
  }
  ranges_clear (&blocks);
}
