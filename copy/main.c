/* SPDX-License-Identifier: MIT */
/* nbdcopy: what is copied, how much at once, and the order of the steps. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bad.h"

static struct copy copy;

/* ---- sizes and windows ---- */

static void
set_window (struct endpoint *e, uint64_t offset, int64_t length)
{
  const char *which = e->source ? "source" : "destination";

  e->start = offset;
  e->length = length;
  if (offset > 0 && (e->stream || e->null))
    tool_fail ("%s: the %s is no disk in which an offset can be found",
               e->name, which);
  if (e->size == -1 || e->grows)
    return;
  if (offset > (uint64_t) e->size)
    tool_fail ("%s: offset %" PRIu64 " is behind the end of the %s, which "
               "has %" PRIi64 " bytes", e->name, offset, which, e->size);
  int64_t most = e->size - offset;
  if (length > most)
    tool_fail ("%s: %" PRIi64 " bytes at offset %" PRIu64 " are more than "
               "the %s, which has %" PRIi64 " bytes", e->name, length,
               offset, which, e->size);
  if (length == -1)
    e->length = most;
}

/* A regular file becomes as large as it has to. */
static void
set_windows (struct copy *c)
{
  struct endpoint *from = c->from, *to = c->to;

  set_window (from, c->o.offset[0], c->o.length[0]);
  set_window (to, c->o.offset[1], c->o.length[1]);
  c->length_known = from->length != -1 && !from->stream;
  c->length = c->length_known ? (uint64_t) from->length : 0;
  if (from->length != -1 && to->length != -1 && from->length > to->length)
    tool_fail ("the source is larger than the destination: %" PRIi64
               " bytes do not fit into %" PRIi64 " bytes", from->length,
               to->length);
  c->most = from->stream && from->length != -1 ? (uint64_t) from->length
    : UINT64_MAX;
  /* What was lost could not be read again. */
  if (from->stream)
    to->again = false;
}

/* Numbers of the whole: how large requests are and where they may end. */
static void
set_sizes (struct copy *c)
{
  struct options *o = &c->o;
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
    uint64_t block = blkhash_block_size ();
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

/* ---- who does it ---- */

static void
set_workers (struct copy *c)
{
  struct options *o = &c->o;
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
}

static void
describe (const struct copy *c, const struct endpoint *e, const char *which)
{
  char size[TOOL_SIZE_MAX];

  fprintf (stderr, "nbdcopy: %s: %s \"%s\"\n", which, e->ops->name, e->name);
  fprintf (stderr, "nbdcopy: %s: size=%" PRIi64, which, e->size);
  if (e->size >= 0)
    fprintf (stderr, " (%s)", tool_human_size (size, e->size));
  fprintf (stderr, ", preferred block size=%" PRIu64 "\n", e->preferred);
  if (e == c->to)
    fprintf (stderr, "nbdcopy: connections=%u requests=%u threads=%u "
             "synchronous=%s\n", c->worker_count, c->slots, c->worker_count,
             c->o.synchronous ? "true" : "false");
}

/* ---- what may be combined ---- */

static void
check_endpoints (struct copy *c)
{
  struct options *o = &c->o;
  struct endpoint *from = c->from, *to = c->to;
  bool place = to->stream || to->null;

  if (o->verify && place)
    tool_fail ("--verify: %s cannot be read back", to->name);
  if (o->resume && (place || from->stream))
    tool_fail ("--resume: streams and null: cannot be resumed");
  if (o->resume && !to->can_flush)
    tool_fail ("--resume: %s cannot flush, so nothing is known to be "
               "durable", to->name);
  if (o->flush && !place && !to->can_flush)
    tool_fail ("--flush: the server of %s cannot flush", to->name);
  if (o->context && !from->has_selection)
    tool_fail ("--bitmap, --context: %s is no NBD server that has it",
               from->name);
  if (o->map && from->stream)
    tool_fail ("--map: %s is a stream", from->name);
  if (o->on_read_error == READ_ERRORS_SKIP && to->stream)
    tool_fail ("--on-read-error=skip: %s is a stream, of which nothing can be "
               "left as it is; zero is possible", to->name);
  if ((o->map || o->context) && to->stream)
    tool_fail ("%s: to a stream everything has to be written, not only "
               "what is marked", to->name);
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

/* Extents of a map; blocks of which a part is marked are copied whole. */
static void
add_map (struct copy *c, const struct ranges *done)
{
  struct extents map = { .count = 0 };
  uint64_t at = 0, sum = 0, a = c->align, s = c->to->start;

  select_load (c, &map);
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
}

static void
add_work (struct copy *c, struct ranges *done)
{
  work_init (c);
  c->work.mapping = c->from->has_map || c->from->has_selection;
  if (!c->length_known)
    c->work.endless = c->most > 0;
  else if (c->o.map)
    add_map (c, done);
  else
    add_gaps (c, done, 0, c->length, UNMAPPED);
  c->skipped += covered (done);
  ranges_clear (done);
}

/* All of a file that is the destination is made anew, unless only a part of
 * it is to change. */
static void
prepare (struct copy *c)
{
  struct ranges done = { .count = 0 };
  struct options *o = &c->o;

  bad_open (c);
  if (o->resume)
    c->resumed = journal_open (c, &done);
  c->whole = !o->map && !o->context && !c->resumed && o->offset[1] == 0
    && o->length[1] == -1;
  if (c->to->ops->prepare)
    c->to->ops->prepare (c->to, c);
  if (c->resumed)
    c->to->fresh = false;
  if (o->resume && !c->resumed)
    journal_begin (c);
  add_work (c, &done);
  done_begin (c);
  rate_begin (c);
  verify_begin (c);
  bad_begin (c);
}

/* What was lost before it was flushed is copied again. */
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
    if (r == 1) {
      done_lost (c);
      done_again (c);
    }
  } while (r == 1 && !c->stop && c->work.ready.count > 0);
  if (c->stop == INTERRUPTED)
    run_say_interrupted (c, 0);
  c->flushing = false;
  if (!c->stop && c->most != UINT64_MAX && c->length < c->most)
    copy_fail (c, "%s: the input ended after %" PRIu64 " bytes, but "
               "--length=%" PRIu64 " was asked for", c->from->name,
               c->length, c->most);
  return r == -1 || c->stop ? -1 : 0;
}

/* After it, and only then, the copy is complete. */
static int
run (struct copy *c)
{
  struct options *o = &c->o;
  bool flush = o->flush || o->resume || o->verify;

  if (copy_all (c, flush) == -1)
    return -1;
  if (o->verify && verify_run (c) == -1) {
    /* What the journal calls durable is not to be trusted. */
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
  done_end (c);
  return 0;
}

static void
guard (const struct options *o, const struct endpoint *from,
       const struct endpoint *to)
{
  tool_guard_destination (to->fd);
  if (tool_same_disk (from->fd, to->fd))
    tool_fail ("%s and %s are the same file", from->name, to->name);
  /* In a stream it comes after all of the copy. */
  if (o->blkhash && !o->blkhash_file
      && tool_same_disk (STDOUT_FILENO, to->fd))
    tool_fail ("--blkhash: standard output is also the destination; use "
               "--blkhash-file");
}

/* The work has begun, and says itself how far it came. */
static bool begun;

static void
say_interrupted (void)
{
  if (tool_signal != 0 && !begun)
    tool_error ("interrupted by a signal (%s) before anything was copied",
                strsignal (tool_signal));
}

int
main (int argc, char *argv[])
{
  struct copy *c = &copy;

  options_take (&c->o, argc, argv);
  blkhash_begin (c);
  tool_catch_signals ();
  tool_at_end (say_interrupted);
  pthread_mutex_init (&c->message_lock, NULL);
  c->stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  c->event_fd = tool_signal_fd ();
  if (c->stop_fd == -1)
    tool_fail ("eventfd: %m");

  if (c->o.map)
    select_read (c);
  char **words = tool_arguments ();
  c->from = c->source = endpoint_open (c, &words, true);
  tool_guard_source (c->from->fd);
  c->to = endpoint_open (c, &words, false);
  if (*words != NULL)
    tool_usage_error ("one source and one destination, no more: %s", *words);
  guard (&c->o, c->from, c->to);
  set_windows (c);
  check_endpoints (c);
  set_sizes (c);
  set_workers (c);
  if (c->o.verbose) {
    describe (c, c->from, "src");
    describe (c, c->to, "dst");
  }
  prepare (c);
  progress_begin (c);
  begun = true;
  endpoint_keep ();
  int r = run (c), status = r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  progress_end (c, r == 0);
  if (bad_end (c, r == 0) == -1 || c->unreadable > 0)
    status = EXIT_FAILURE;
  tool_check_signal ();
  if (c->stop == UNREAD)
    tool_output_failed (EPIPE);
  tool_finish (status);
}
