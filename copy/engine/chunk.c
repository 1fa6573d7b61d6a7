/* SPDX-License-Identifier: MIT */
/* The steps of one chunk: it is read, scanned for zeroes, and written. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/bad.h"
#include "engine/done.h"
#include "engine/rate.h"
#include "engine/scan.h"
#include "engine/verify.h"

static struct slot *
take_slot (struct worker *w, const struct extent *what)
{
  struct slot *s = w->free_slots;

  w->free_slots = s->next;
  w->used++;
  s->busy = true;
  s->what = *what;
  s->pending = 0;
  s->copied = s->zeroed = s->skipped = 0;
  s->sequence = w->next_sequence++;
  return s;
}

static void
give_slot (struct worker *w, struct slot *s)
{
  s->next = w->free_slots;
  w->free_slots = s;
  w->used--;
  s->busy = false;
}

static void
start_part (struct slot *s, struct worker *w, enum action action,
            uint64_t start, uint64_t end)
{
  struct io *io = io_new (w, action, w->copy->to, s);

  io->position = start;
  io->length = end - start;
  io->hole = s->what.kind == ZERO;
  if (action == WRITE)
    io->buffer = s->buffer + (start - s->what.start);
  s->pending++;
  io_start (io);
}

/* Add the chunk to the counts.  What is copied again is counted separately. */
static void
count (struct copy *c, const struct extent *what, const struct slot *s)
{
  uint64_t length = what->end - what->start;

  if (c->verifying)
    c->verified += length;
  else if (what->again)
    c->repeated += length;
  else if (what->kind == ZERO)
    c->zeroed += length;
  else {
    c->copied += s->copied;
    c->zeroed += s->zeroed;
    c->skipped += s->skipped;
  }
}

/* All of the chunk is at the destination, except what could not be read. */
static void
account (struct worker *w, const struct extent *what, const struct slot *s)
{
  struct copy *c = w->copy;

  count (c, what, s);
  /* The last chunk of a stream may be empty. */
  if (c->verifying || what->start == what->end)
    return;
  if (s != NULL && s->bad.count > 0) {
    bad_account (w, s);
    return;
  }
  done_add (c, w->index, what);
  verify_record (c, what);
}

static void
finish_part (struct worker *w, struct slot *s)
{
  struct copy *c = w->copy;

  if (--s->pending > 0)
    return;
  ranges_clear (&s->acknowledged);
  account (w, &s->what, s);
  if (s->what.kind == DATA)
    tune_add (w, s->what.end - s->what.start);
  give_slot (w, s);
  if (c->to->stream)
    w->next_written++;
}

/* Return the end of the run of blocks that begins at START and ends at STOP at
 * most: either all of them are zero, or none is. */
static uint64_t
end_of_run (struct copy *c, const struct slot *s, uint64_t start,
            uint64_t stop, bool *zero)
{
  uint64_t at = start, scan = c->scan;

  *zero = false;
  if (scan == 0)
    return stop;
  while (at < stop) {
    uint64_t next = at + scan - (c->to->start + at) % scan;
    next = MIN (next, stop);
    /* A block that is not whole counts as data. */
    bool z = next - at == scan
             && is_zero (s->buffer + (at - s->what.start), next - at);
    if (at == start)
      *zero = z;
    else if (z != *zero)
      break;
    at = next;
  }
  return at;
}

static void
write_data (struct worker *w, struct slot *s, struct range part)
{
  struct copy *c = w->copy;
  uint64_t at = part.start;
  bool zero;

  while (at < part.end) {
    uint64_t end = end_of_run (c, s, at, part.end, &zero);
    if (zero)
      s->zeroed += end - at;
    else
      s->copied += end - at;
    if (!zero)
      start_part (s, w, WRITE, at, end);
    else if (!c->to->fresh)
      start_part (s, w, WRITE_ZEROES, at, end);
    at = end;
  }
}

/* Write again what was acknowledged.  The library repeats what was not. */
static void
rewrite (struct worker *w, struct slot *s)
{
  struct slot counts = *s;

  s->acknowledged = (struct ranges) { .count = 0 };
  for (size_t i = 0; i < counts.acknowledged.count; i++) {
    struct range part = counts.acknowledged.list[i];
    if (s->what.kind == ZERO)
      start_part (s, w, WRITE_ZEROES, part.start, part.end);
    else
      write_data (w, s, part);
  }
  ranges_clear (&counts.acknowledged);
  s->copied = counts.copied;
  s->zeroed = counts.zeroed;
}

void
chunks_rewrite (struct worker *w)
{
  for (unsigned i = 0; i < w->copy->slots; i++)
    if (w->slots[i].busy)
      rewrite (w, &w->slots[i]);
}

static void
write_slot (struct worker *w, struct slot *s)
{
  struct copy *c = w->copy;
  uint64_t at = s->what.start;
  struct range part;

  /* One more, so that the chunk is not finished before all parts were
   * started. */
  s->pending++;
  if (s->what.kind == ZERO)
    start_part (s, w, WRITE_ZEROES, at, s->what.end);
  while (s->what.kind == DATA && bad_next_written (c, s, at, &part)) {
    s->skipped += part.start - at;
    write_data (w, s, part);
    at = part.end;
  }
  if (s->what.kind == DATA)
    s->skipped += s->what.end - at;
  finish_part (w, s);
}

/* Write the slot; to a stream, not before its turn, see chunk_write_next. */
static void
write_in_order (struct worker *w, struct slot *s)
{
  if (!w->copy->to->stream) {
    write_slot (w, s);
    return;
  }
  w->waiting[s->sequence % w->copy->slots] = s;
}

void
chunk_write_next (struct worker *w)
{
  struct slot **next = &w->waiting[w->next_written % w->copy->slots];
  struct slot *s = *next;

  if (s == NULL || s->sequence != w->next_written)
    return;
  *next = NULL;
  write_slot (w, s);
}

static bool
matches (struct copy *c, const struct slot *s)
{
  uint64_t length = s->what.end - s->what.start;
  uint64_t offset = c->from->start + s->what.start;

  if (s->what.has_digest) {
    if (digest (s->buffer, length, 0) == s->what.digest)
      return true;
    copy_fail (c,
               "%s: verification failed: the %" PRIu64 " bytes at "
               "offset %" PRIu64 " of the destination are not what was "
               "copied",
               c->to->name, length, offset);
    return false;
  }
  if (is_zero (s->buffer, length))
    return true;
  copy_fail (c,
             "%s: verification failed: the %" PRIu64
             " bytes at offset %" PRIu64 " of the destination are not zero",
             c->to->name, length, offset);
  return false;
}

static bool
fits (struct copy *c, const struct slot *s)
{
  if (c->to->length == -1 || s->what.end <= (uint64_t) c->to->length)
    return true;
  copy_fail (c,
             "%s: write at offset %" PRIu64 " failed: %s: the "
             "destination is full after %" PRIi64 " bytes, but the source "
             "continues",
             c->to->name, c->to->start + c->to->length, strerror (ENOSPC),
             c->to->length);
  return false;
}

/* All of the chunk that can be read was read. */
static void
was_read (struct worker *w, struct slot *s)
{
  struct copy *c = w->copy;
  uint64_t length = s->what.end - s->what.start;

  if (c->verifying) {
    s->pending++;
    if (matches (c, s))
      finish_part (w, s);
    return;
  }
  if (!fits (c, s))
    return;
  if (c->settings.verify && !s->what.again) {
    s->what.digest = digest (s->buffer, length, 0);
    s->what.has_digest = true;
  }
  if (c->settings.blkhash && !s->what.again)
    blkhash_data (c, s->buffer, s->what.start, length);
  write_in_order (w, s);
}

static void
read_part (struct worker *w, struct slot *s, uint64_t start, uint64_t end)
{
  struct io *io = io_new (w, READ, w->copy->from, s);

  s->pending++;
  io->buffer = s->buffer + (start - s->what.start);
  io->position = start;
  io->length = end - start;
  io_start (io);
}

static void
read_done (struct worker *w, struct slot *s, const struct io *io)
{
  struct copy *c = w->copy;
  uint64_t wanted = s->what.end - s->what.start;

  s->pending--;
  if (c->from->stream) {
    s->what.end = s->what.start + io->length;
    work_came (c, s->what.end, io->ended || s->what.end == c->most);
    rate_return (c, wanted - io->length);
  }
  struct range part = { 0, 0 };
  if (bad_part_came (w, io, &part) == BAD_READ_PART)
    read_part (w, s, part.start, part.end);
  else
    was_read (w, s);
}

static void
start_slot (struct worker *w, struct slot *s)
{
  if (s->what.kind == ZERO) {
    write_in_order (w, s);
    return;
  }
  ranges_clear (&s->bad);
  read_part (w, s, s->what.start, s->what.end);
}

void
chunk_start (struct worker *w, const struct extent *what)
{
  struct copy *c = w->copy;

  if (what->kind == ZERO && (c->verifying || c->to->fresh)) {
    account (w, what, NULL);
    return;
  }
  start_slot (w, take_slot (w, what));
}

static void
failed (struct worker *w, struct io *io)
{
  struct slot *s = io->slot;
  struct range part = { 0, 0 };

  if (io->on->fd == STDOUT_FILENO && io->error == EPIPE) {
    copy_stop (w->copy, UNREAD);
    return;
  }
  switch (bad_read (w, io, &part)) {
  case BAD_FAILS: io_fail (io); break;
  case BAD_READ_PART: read_part (w, s, part.start, part.end); break;
  case BAD_ALL_READ: was_read (w, s); break;
  }
}

static void
written (struct worker *w, struct slot *s, const struct io *io)
{
  if (w->copy->to->forgets)
    ranges_add (&s->acknowledged, io->position, io->position + io->length);
  finish_part (w, s);
}

void
chunk_io_done (struct worker *w, struct io *io)
{
  struct slot *s = io->slot;

  if (io->error != 0)
    failed (w, io);
  else if (io->action == READ)
    read_done (w, s, io);
  else
    written (w, s, io);
}
