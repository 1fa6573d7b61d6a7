/* SPDX-License-Identifier: MIT */
/* A copy: its ranges, the sizes of its requests, and the order of its
 * steps. */
#include <config.h>

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/bad.h"
#include "engine/done.h"
#include "engine/rate.h"
#include "engine/verify.h"
#include "engine/worker.h"

/* The first pause between attempts to reconnect, and the longest. */
#define RETRY_FIRST_MS 100
#define RETRY_LONGEST_MS 10000

#define SPARSE_LEAST 512
#define SPARSE_MOST (2 * GIB)

const struct copy_settings copy_usual_settings = {
  .connections = 4,
  .requests = 64,
  .queue_size = 16 * MIB,
  .request_size = 256 * KIB,
  .sparse = 4096,
  .checkpoint = 256 * MIB,
  .length = { -1, -1 },
  .most_losses = 100,
};

void
copy_set_attempts (struct copy_settings *s, unsigned attempts)
{
  uint64_t ms = 0, pause = RETRY_FIRST_MS;

  for (unsigned i = 0; i < attempts && ms < INT_MAX; i++) {
    ms += pause;
    pause = MIN (2 * pause, RETRY_LONGEST_MS);
  }
  s->retry_ms = MIN (ms, INT_MAX);
  s->most_losses = attempts;
}

uint64_t
copy_take_sparse (const char *text)
{
  if (tool_size_argument ("--sparse", text) == 0)
    return 0;
  return tool_power_of_two ("--sparse", text, SPARSE_LEAST, SPARSE_MOST);
}

struct copy *
copy_new (const struct copy_settings *settings,
          const struct copy_events *events)
{
  struct copy *c = tool_alloc (sizeof *c);

  c->settings = *settings;
  c->events = *events;
  pthread_mutex_init (&c->message_lock, NULL);
  c->stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (c->stop_fd == -1)
    copy_fail (c, "eventfd: %m");
  if (c->stop_fd != -1 && blkhash_begin (c) == 0)
    return c;
  copy_free (c);
  return NULL;
}

static void
free_endpoint (struct endpoint *e)
{
  if (e != NULL && e->ops->free)
    e->ops->free (e);
}

/* If operations were in flight when the copy failed, the library still uses
 * their memory.  Then the copy is kept in a list, so that a leak checker does
 * not report it. */
void
copy_free (struct copy *c)
{
  static struct copy *_Atomic kept;

  if (!run_free (c)) {
    c->kept = atomic_exchange (&kept, c);
    return;
  }
  free_endpoint (c->source);
  free_endpoint (c->to);
  bad_free (c);
  blkhash_free (c);
  done_free (c);
  journal_free (c);
  rate_free (c);
  verify_free (c);
  work_free (c);
  if (c->stop_fd != -1)
    close (c->stop_fd);
  free (c);
}

/* ---- sizes and windows ---- */

static int
set_window (struct copy *c, struct endpoint *e, uint64_t offset,
            int64_t length)
{
  const char *which = e->source ? "source" : "destination";

  e->start = offset;
  e->length = length;
  int64_t most = e->size - offset;
  if (offset > 0 && (e->stream || e->swallows))
    copy_fail (c, "%s: the %s is %s, which has no offsets", e->name, which,
               e->stream ? "a stream" : "null:");
  else if (e->size == -1 || e->grows)
    return 0;
  else if (offset > (uint64_t) e->size)
    copy_fail (c,
               "%s: offset %" PRIu64 " is behind the end of the %s, which "
               "has %" PRIi64 " bytes",
               e->name, offset, which, e->size);
  else if (length > most)
    copy_fail (c,
               "%s: %" PRIi64 " bytes at offset %" PRIu64 " are more than "
               "the %s, which has %" PRIi64 " bytes",
               e->name, length, offset, which, e->size);
  else {
    e->length = length == -1 ? most : length;
    return 0;
  }
  return -1;
}

int
copy_between (struct copy *c, struct endpoint *from, struct endpoint *to)
{
  c->from = c->source = from;
  c->to = to;
  if (set_window (c, from, c->settings.offset[0], c->settings.length[0]) == -1
      || set_window (c, to, c->settings.offset[1], c->settings.length[1])
           == -1)
    return -1;
  c->length_known = from->length != -1 && !from->stream;
  c->length = c->length_known ? (uint64_t) from->length : 0;
  if (from->length != -1 && to->length != -1 && from->length > to->length) {
    copy_fail (c,
               "the source is larger than the destination: %" PRIi64
               " bytes do not fit into %" PRIi64 " bytes",
               from->length, to->length);
    return -1;
  }
  c->most = from->stream && from->length != -1 ? (uint64_t) from->length
                                               : UINT64_MAX;
  return 0;
}

/* Set the size of requests, the boundaries of chunks, and the number of
 * slots. */
static void
set_sizes (struct copy *c)
{
  struct copy_settings *o = &c->settings;
  struct endpoint *from = c->from, *to = c->to;
  uint64_t most = MIN (from->maximum, to->maximum);

  c->request = MAX (o->request_size, MAX (from->preferred, to->preferred));
  while (c->request > most)
    c->request /= 2;
  c->align = MAX (MAX (from->minimum, to->minimum), 512);
  c->scan = o->allocated ? 0 : o->sparse;
  if (c->scan != 0 && c->scan < to->preferred)
    c->scan = to->preferred;
  if (c->scan > c->request)
    c->scan = c->request;
  if (o->blkhash) {
    uint64_t block = blkhash_block_size (c);
    if (block > c->request && block <= most)
      c->request = block;
    if (block > c->request || to->start % block != 0)
      o->synchronous = true;
    else
      c->align = MAX (c->align, block);
  }
  if (to->zero_maximum == 0)
    to->zero_maximum = MIN (c->request, 256 * KIB);
  uint64_t slots = MAX (1, o->queue_size / c->request);
  c->slots = o->synchronous ? 1 : MIN (slots, o->requests);
}

/* ---- connections and workers ---- */

int
copy_connect (struct copy *c)
{
  set_sizes (c);
  const struct copy_settings *o = &c->settings;
  struct endpoint *from = c->from, *to = c->to;
  long processors = sysconf (_SC_NPROCESSORS_ONLN);
  unsigned threads = o->threads ? o->threads : MAX (processors, 1);
  unsigned n = MIN (threads, o->connections);

  /* Two workers must not change parts of the same block. */
  if (c->request < c->align)
    n = 1;
  if (o->synchronous || from->stream || to->stream || !from->multi
      || !to->multi)
    n = 1;
  n = from->ops->connect (from, n);
  n = to->ops->connect (to, n);
  c->worker_count = n;
  return c->stop ? -1 : 0;
}

/* ---- the work ---- */

static void
add_gaps (struct copy *c, const struct ranges *done, uint64_t start,
          uint64_t end, enum kind kind)
{
  struct range gap;

  while (ranges_gap (done, start, end, &gap)) {
    work_add (c, gap.start, gap.end, kind);
    start = gap.end;
  }
}

static uint64_t
covered (const struct ranges *r)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < r->count; i++)
    sum += r->list[i].end - r->list[i].start;
  return sum;
}

/* Add the extents that are selected.  A block of which only a part is selected
 * is copied as a whole. */
static int
add_selection (struct copy *c, const struct ranges *done)
{
  struct extents map = { .count = 0 };
  uint64_t at = 0, sum = 0, a = c->align, s = c->to->start;

  if (c->settings.select (c->events.opaque, c->from, c->length, &map) == -1)
    return -1;
  for (size_t i = 0; i < map.count; i++) {
    struct extent e = map.list[map.head + i];
    uint64_t down = (s + e.start) / a * a, up = (s + e.end + a - 1) / a * a;
    if (e.kind == ZERO && ((s + e.start) % a != 0 || (s + e.end) % a != 0))
      e.kind = DATA;
    if (e.kind == DATA) {
      e.start = down > s ? down - s : 0;
      e.end = MIN (up - s, c->length);
    }
    e.start = MAX (e.start, at);
    if (e.kind == SKIP || e.start >= e.end)
      continue;
    at = e.end;
    sum += e.end - e.start;
    add_gaps (c, done, e.start, e.end, e.kind);
  }
  c->skipped += c->length - sum;
  extents_free (&map);
  return 0;
}

static int
add_work (struct copy *c, struct ranges *done)
{
  int r = 0;

  work_init (c, c->from->has_map || c->from->has_selection);
  if (!c->length_known)
    c->work.endless = c->most > 0;
  else if (c->settings.select)
    r = add_selection (c, done);
  else
    add_gaps (c, done, 0, c->length, UNMAPPED);
  c->skipped += covered (done);
  ranges_clear (done);
  return r;
}

/* Open the journal, for which both endpoints need an identity. */
static int
open_journal (struct copy *c, struct ranges *done)
{
  const struct endpoint *of = c->from->ops->identity ? c->to : c->from;

  if (of->ops->identity)
    return journal_open (c, done);
  copy_fail (c,
             "%s: it cannot be recognised again later, so the copy cannot be "
             "resumed",
             of->name);
  return -1;
}

/* A file that is the destination is written as a whole, unless only a part of
 * it is to be changed. */
int
copy_prepare (struct copy *c)
{
  const struct copy_settings *o = &c->settings;
  struct ranges done = { .count = 0 };
  int r = o->resume ? open_journal (c, &done) : 0;

  if (r == -1)
    return -1;
  c->resumed = r == 1;
  c->whole = !o->select && !o->context && !c->resumed && o->offset[1] == 0
             && o->length[1] == -1;
  if (blkhash_prepare (c) == -1
      || (c->to->ops->prepare && c->to->ops->prepare (c->to) == -1))
    return -1;
  if (c->resumed)
    c->to->fresh = false;
  if (o->resume && !c->resumed && journal_begin (c) == -1)
    return -1;
  if (add_work (c, &done) == -1)
    return -1;
  done_begin (c);
  rate_begin (c);
  return verify_begin (c) == -1 || bad_begin (c) == -1 ? -1 : 0;
}

static void
notice_losses (struct copy *c)
{
  const struct endpoint *to = c->to;

  for (unsigned i = 0; to->ops->losses && i < c->worker_count; i++)
    done_notice_losses (c, i, to->ops->losses (c->to, i));
}

/* Copy and flush, and repeat that for data that was lost before it was
 * flushed. */
static int
copy_all (struct copy *c, bool flush)
{
  int r;

  do {
    c->flushing = false;
    if (run_workers (c) == -1
        || c->from->ops->finish (c->from, c->length, false) == -1)
      return -1;
    c->flushing = true;
    r = c->to->ops->finish (c->to, c->length, flush && c->to->can_flush);
    notice_losses (c);
  } while (r == 0 && !c->stop && done_is_to_go_on (c));
  if (c->stop == INTERRUPTED)
    run_say_interrupted (c, 0);
  c->flushing = false;
  if (!c->stop && c->most != UINT64_MAX && c->length < c->most)
    copy_fail (c,
               "%s: the input ended after %" PRIu64 " bytes, but "
               "--length=%" PRIu64 " was asked for",
               c->from->name, c->length, c->most);
  return r == -1 || c->stop ? -1 : 0;
}

static int
verify (struct copy *c)
{
  return verify_prepare (c) == -1 ? -1 : run_workers (c);
}

int
copy_run (struct copy *c)
{
  const struct copy_settings *o = &c->settings;
  bool flush = o->flush || o->resume || o->verify;

  if (copy_all (c, flush) == -1)
    return -1;
  if (o->verify && verify (c) == -1) {
    /* The destination does not have what the journal says. */
    if (o->resume)
      journal_remove (c);
    return -1;
  }
  if (blkhash_end (c) == -1)
    return -1;
  if (o->resume && c->unreadable > 0)
    return done_keep (c);
  if (o->resume)
    journal_remove (c);
  return 0;
}

struct copy_counts
copy_counts (const struct copy *c)
{
  int64_t ms;
  const struct endpoint *away = copy_away (c, &ms);

  return (struct copy_counts) {
    .copied = c->copied,
    .zeroed = c->zeroed,
    .skipped = c->skipped,
    .verified = c->verified,
    .repeated = c->repeated,
    .unreadable = c->unreadable,
    .length = c->length,
    .most = c->most,
    .length_known = c->length_known,
    .threads = c->worker_count,
    .requests = c->slots,
    .synchronous = c->settings.synchronous,
    .verifying = c->verifying,
    .waits_for = away,
    .waits_ms = ms,
    .unread = c->stop == UNREAD,
  };
}
