/* SPDX-License-Identifier: MIT */
/* What remains to be done: pieces of which nobody knows yet what they hold,
 * and extents that are ready to be copied. */
#include <config.h>

#include <stdlib.h>

#include "copy.h"

/* Ask for more when less data than this is ready. */
#define LOW_WATER (64 * MIB)
#define LOW_EXTENTS 512

/* A query covers so much; adapted to how many extents come back. */
#define SPAN_FIRST (1 * GIB)
#define SPAN_LEAST (16 * MIB)
#define SPAN_MOST (UINT64_C (1) << 42)
#define FEW_EXTENTS 256
#define MANY_EXTENTS 8192

/* After so many parts that could not be had, without one that could, there
 * are no more queries. */
#define MOST_UNKNOWN 16

void
work_init (struct copy *c)
{
  struct work *w = &c->work;

  pthread_mutex_init (&w->lock, NULL);
  pthread_cond_init (&w->changed, NULL);
  w->span = SPAN_FIRST;
  w->max_queries = c->to->stream ? 1 : MAX_QUERIES;
  w->unknown.count = 0;
}

static void
add_ready (struct work *w, struct extent e)
{
  extents_push (&w->ready, e);
  if (e.kind == DATA)
    w->ready_bytes += e.end - e.start;
}

void
work_add (struct copy *c, uint64_t start, uint64_t end, enum kind kind)
{
  struct extent e = { .start = start, .end = end, .kind = kind };

  if (start >= end)
    return;
  if (kind == UNMAPPED && c->work.mapping)
    extents_push (&c->work.unmapped, e);
  else {
    if (kind == UNMAPPED)
      e.kind = DATA;
    add_ready (&c->work, e);
  }
}

/* How far POSITION is, at the destination, behind a multiple of SIZE. */
static uint64_t
over (struct copy *c, uint64_t position, uint64_t size)
{
  return (c->to->start + position) % size;
}

static uint64_t
round_down (struct copy *c, uint64_t position, uint64_t size)
{
  return position - MIN (position, over (c, position, size));
}

/* The first boundary of SIZE behind POSITION. */
static uint64_t
next_boundary (struct copy *c, uint64_t position, uint64_t size)
{
  return position + size - over (c, position, size);
}

/* Cut what one slot can hold from the first ready extent.  Chunks end at
 * multiples of the request size, so that servers see aligned requests. */
static void
cut (struct copy *c, struct extent *what)
{
  struct work *w = &c->work;
  struct extent *first = extents_first (&w->ready);

  *what = *first;
  if (!first->checked) {
    uint64_t most = first->kind == DATA ? c->request : c->to->zero_maximum;
    what->end = MIN (first->end, next_boundary (c, first->start, most));
  }
  if (what->kind == DATA)
    w->ready_bytes -= what->end - what->start;
  first->start = what->end;
  if (first->start == first->end)
    extents_drop (&w->ready);
}

static bool
wants_query (struct copy *c)
{
  struct work *w = &c->work;

  return w->unmapped.count > 0 && w->queries < w->max_queries
    && w->ready_bytes < LOW_WATER && w->ready.count < LOW_EXTENTS;
}

static void
take_query (struct copy *c, struct extent *what)
{
  struct work *w = &c->work;
  struct extent *first = extents_first (&w->unmapped);

  *what = *first;
  what->end = MIN (what->end, next_boundary (c, what->start, w->span));
  first->start = what->end;
  if (first->start == first->end)
    extents_drop (&w->unmapped);
  w->asked[w->queries++] = *what;
}

static void
forget_query (struct work *w, const struct extent *asked)
{
  unsigned i = 0;

  while (w->asked[i].start != asked->start)
    i++;
  w->asked[i] = w->asked[--w->queries];
}

static enum take
try_take (struct copy *c, struct extent *what)
{
  struct work *w = &c->work;

  if (c->stop)
    return TAKE_END;
  if (w->refill && w->ready.count == 0 && !w->refill (c))
    w->refill = NULL;
  if (wants_query (c)) {
    take_query (c, what);
    return TAKE_QUERY;
  }
  if (w->ready.count > 0) {
    cut (c, what);
    return TAKE_CHUNK;
  }
  if (w->endless && w->reading)
    return TAKE_WAIT;
  if (w->endless) {
    uint64_t end = next_boundary (c, w->endless_at, c->request);
    *what = (struct extent) { .kind = DATA, .start = w->endless_at,
                              .end = MIN (end, c->most) };
    w->reading = true;
    return TAKE_CHUNK;
  }
  return w->queries > 0 || w->unmapped.count > 0 ? TAKE_WAIT : TAKE_END;
}

enum take
work_take (struct copy *c, struct extent *what, bool wait)
{
  struct work *w = &c->work;
  enum take r;

  pthread_mutex_lock (&w->lock);
  while ((r = try_take (c, what)) == TAKE_WAIT && wait)
    pthread_cond_wait (&w->changed, &w->lock);
  pthread_mutex_unlock (&w->lock);
  return r;
}

/* Few extents came back: ask for more at once, and the reverse. */
static void
adapt_span (struct work *w, const struct extents *answer)
{
  if (answer->count < FEW_EXTENTS && w->span < SPAN_MOST)
    w->span *= 2;
  else if (answer->count > MANY_EXTENTS && w->span > SPAN_LEAST)
    w->span /= 2;
}

/* Take one extent of an answer, from AT on; where the next one begins.
 * Boundaries move to those of blocks: a block of which not all is skipped,
 * or not all is zero, is copied. */
static uint64_t
take_extent (struct copy *c, const struct extent *asked, struct extent e,
             uint64_t at)
{
  struct work *w = &c->work;
  uint64_t end = asked->end;

  if (at < e.start && e.kind != DATA && e.end > at) {
    struct extent shared = {
      .start = at, .end = MIN (end, next_boundary (c, at, c->align)),
      .kind = DATA,
    };
    add_ready (w, shared);
    at = shared.end;
  }
  if (e.end < end && e.kind == DATA)
    end = MIN (end, next_boundary (c, e.end - 1, c->align));
  else if (e.end < end)
    end = round_down (c, e.end, c->align);
  if (end <= at)
    return at;
  if (e.kind == SKIP)
    c->skipped += end - at;
  else
    add_ready (w, (struct extent) { .start = at, .end = end, .kind = e.kind });
  return end;
}

void
work_mapped (struct copy *c, const struct extent *asked,
             struct extents *answer)
{
  struct work *w = &c->work;
  uint64_t at = asked->start;

  pthread_mutex_lock (&w->lock);
  w->unknown.count = 0;
  adapt_span (w, answer);
  for (size_t i = 0; i < answer->count; i++)
    at = take_extent (c, asked, answer->list[answer->head + i], at);
  if (at == asked->start) {
    /* Less than a block is known: copy the block. */
    at = MIN (asked->end, next_boundary (c, at, c->align));
    add_ready (w, (struct extent) {
        .start = asked->start, .end = at, .kind = DATA });
  }
  if (at < asked->end) {
    struct extent rest = *asked;
    rest.start = at;
    if (w->mapping)
      extents_unshift (&w->unmapped, rest);
    else {
      rest.kind = DATA;
      add_ready (w, rest);
    }
  }
  forget_query (w, asked);
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
}

void
work_ask_again (struct copy *c, const struct extent *asked)
{
  struct work *w = &c->work;

  pthread_mutex_lock (&w->lock);
  forget_query (w, asked);
  extents_unshift (&w->unmapped, *asked);
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
}

/* ---- a part of the map that cannot be had ---- */

/* Where the halves of what was asked meet; its start if it is not to be
 * halved.  What follows a part that was given up may be given up when it is
 * not longer than that, so a long one takes few queries. */
static uint64_t
middle (struct copy *c, const struct extent *asked)
{
  struct unknown *u = &c->work.unknown;
  uint64_t length = asked->end - asked->start, least = SPAN_LEAST;

  if (u->count > 0 && u->end == asked->start)
    least = MAX (least, u->end - u->start);
  if (length <= least)
    return asked->start;
  return MAX (asked->start,
              round_down (c, asked->start + length / 2, c->align));
}

static enum unmapped
give_up (struct work *w, const struct extent *asked)
{
  struct unknown *u = &w->unknown;
  struct extent *e, data = *asked;

  if (u->count++ == 0 || u->end != asked->start)
    u->start = asked->start;
  u->end = asked->end;
  data.kind = DATA;
  add_ready (w, data);
  if (u->count == MOST_UNKNOWN)
    w->mapping = false;
  while (!w->mapping && (e = extents_first (&w->unmapped)) != NULL) {
    e->kind = DATA;
    add_ready (w, *e);
    extents_drop (&w->unmapped);
  }
  return u->count == MOST_UNKNOWN ? MAP_GIVEN_UP : TAKEN_AS_DATA;
}

/* Before all else that nobody knows. */
static void
ask_first (struct work *w, struct extent what, uint64_t start, uint64_t end)
{
  what.start = start;
  what.end = end;
  if (start < end)
    extents_unshift (&w->unmapped, what);
}

enum unmapped
work_not_mapped (struct copy *c, const struct extent *asked, uint64_t end)
{
  struct work *w = &c->work;
  struct extent tried = *asked;
  enum unmapped r = ASKED_FOR_HALVES;

  tried.end = end;
  pthread_mutex_lock (&w->lock);
  forget_query (w, asked);
  ask_first (w, *asked, end, asked->end);
  uint64_t at = middle (c, &tried);
  if (at > tried.start && w->mapping) {
    ask_first (w, tried, at, end);
    ask_first (w, tried, tried.start, at);
  }
  else if (c->from->has_selection && !c->verifying)
    r = NOT_SELECTED;
  else
    r = give_up (w, &tried);
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
  return r;
}

void
work_return (struct copy *c, struct extent what)
{
  struct work *w = &c->work;

  pthread_mutex_lock (&w->lock);
  extents_unshift (&w->ready, what);
  if (what.kind == DATA)
    w->ready_bytes += what.end - what.start;
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
}

void
work_came (struct copy *c, uint64_t position, bool ended)
{
  struct work *w = &c->work;

  pthread_mutex_lock (&w->lock);
  w->reading = false;
  w->endless_at = position;
  if (ended) {
    w->endless = false;
    c->length = position;
    c->length_known = true;
  }
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
}

void
work_wake (struct copy *c)
{
  pthread_mutex_lock (&c->work.lock);
  pthread_cond_broadcast (&c->work.changed);
  pthread_mutex_unlock (&c->work.lock);
}

/* The first position that nobody has taken. */
uint64_t
work_lowest (struct copy *c)
{
  struct work *w = &c->work;
  uint64_t lowest = w->endless ? w->endless_at : c->length;

  for (size_t i = 0; i < w->ready.count; i++)
    lowest = MIN (lowest, w->ready.list[w->ready.head + i].start);
  for (size_t i = 0; i < w->unmapped.count; i++)
    lowest = MIN (lowest, w->unmapped.list[w->unmapped.head + i].start);
  for (unsigned i = 0; i < w->queries; i++)
    lowest = MIN (lowest, w->asked[i].start);
  return lowest;
}
