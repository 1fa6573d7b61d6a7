/* SPDX-License-Identifier: MIT */
/* What remains to be done: pieces whose block status is not known yet, and
 * extents that are ready to be copied. */
#include <config.h>

#include <stdlib.h>

#include "engine/copy.h"

/* Ask for more when less data than this is ready. */
#define LOW_WATER (64 * MIB)
#define LOW_EXTENTS 512

/* How many bytes a query covers.  This adapts to how many extents the replies
 * have. */
#define SPAN_FIRST (1 * GIB)
#define SPAN_LEAST (16 * MIB)
#define SPAN_MOST (UINT64_C (1) << 42)
#define MAX_QUERIES 4

void
work_init (struct copy *c, bool mapping)
{
  struct work *w = &c->work;

  pthread_mutex_init (&w->lock, NULL);
  pthread_cond_init (&w->changed, NULL);
  w->walk = (struct tool_walk) {
    .length = SPAN_FIRST,
    .most = SPAN_MOST,
    .least = SPAN_LEAST,
    .align = c->align,
    .phase = c->to->start,
    .ahead = c->to->stream ? 1 : MAX_QUERIES,
  };
  w->mapping = mapping;
}

void
work_free (struct copy *c)
{
  tool_walk_free (&c->work.walk);
  extents_free (&c->work.ready);
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
    tool_walk_add (&c->work.walk, start, end);
  else {
    if (kind == UNMAPPED)
      e.kind = DATA;
    add_ready (&c->work, e);
  }
}

/* The remainder of a position at the destination, divided by SIZE. */
static uint64_t
remainder_of (struct copy *c, uint64_t position, uint64_t size)
{
  return (c->to->start + position) % size;
}

static uint64_t
round_down (struct copy *c, uint64_t position, uint64_t size)
{
  return position - MIN (position, remainder_of (c, position, size));
}

/* The first boundary of SIZE behind POSITION. */
static uint64_t
next_boundary (struct copy *c, uint64_t position, uint64_t size)
{
  return position + size - remainder_of (c, position, size);
}

/* Chunks end at multiples of the request size, so that servers see aligned
 * requests. */
void
work_cut (struct copy *c, struct extents *from, struct extent *what)
{
  struct extent *first = extents_first (from);

  *what = *first;
  if (!first->has_digest) {
    uint64_t most = first->kind == DATA ? c->request : c->to->zero_maximum;
    what->end = MIN (first->end, next_boundary (c, first->start, most));
  }
  first->start = what->end;
  if (first->start == first->end)
    extents_drop (from);
}

static bool
take_query (struct copy *c, struct extent *what)
{
  struct work *w = &c->work;
  struct tool_range question;

  if (w->ready_bytes >= LOW_WATER || w->ready.count >= LOW_EXTENTS
      || !tool_walk_next (&w->walk, &question))
    return false;
  *what = (struct extent) {
    .start = question.begin,
    .end = question.end,
    .kind = UNMAPPED,
  };
  return true;
}

static enum take
try_take (struct copy *c, struct extent *what)
{
  struct work *w = &c->work;

  if (c->stop)
    return TAKE_END;
  if (w->refill && w->ready.count == 0 && !w->refill (c))
    w->refill = NULL;
  if (take_query (c, what))
    return TAKE_QUERY;
  if (w->ready.count > 0) {
    work_cut (c, &w->ready, what);
    if (what->kind == DATA)
      w->ready_bytes -= what->end - what->start;
    return TAKE_CHUNK;
  }
  if (w->endless && w->reading)
    return TAKE_WAIT;
  if (w->endless) {
    uint64_t end = next_boundary (c, w->endless_at, c->request);
    *what = (struct extent) { .kind = DATA,
                              .start = w->endless_at,
                              .end = MIN (end, c->most) };
    w->reading = true;
    return TAKE_CHUNK;
  }
  return w->walk.nr_asked > 0 || w->walk.count > 0 ? TAKE_WAIT : TAKE_END;
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

/* Take one extent of an answer, from AT on.  Return where the next one begins.
 * Boundaries are moved to those of blocks: a block that is not skipped or zero
 * as a whole is copied. */
static uint64_t
take_extent (struct copy *c, const struct tool_range *asked, struct extent e,
             uint64_t at)
{
  struct work *w = &c->work;
  uint64_t end = asked->end;

  if (at < e.start && e.kind != DATA && e.end > at) {
    struct extent shared = {
      .start = at,
      .end = MIN (end, next_boundary (c, at, c->align)),
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
    add_ready (w,
               (struct extent) { .start = at, .end = end, .kind = e.kind });
  return end;
}

/* Nothing more is asked: take the rest as data. */
static void
take_rest (struct work *w)
{
  struct tool_range rest;

  w->mapping = false;
  while (tool_walk_rest (&w->walk, &rest))
    add_ready (w, (struct extent) {
                    .start = rest.begin, .end = rest.end, .kind = DATA });
}

void
work_mapped (struct copy *c, const struct tool_range *asked,
             struct extents *answer)
{
  struct work *w = &c->work;
  uint64_t at = asked->begin;

  pthread_mutex_lock (&w->lock);
  tool_walk_adapt (&w->walk, answer->count);
  for (size_t i = 0; i < answer->count; i++)
    at = take_extent (c, asked, answer->list[answer->head + i], at);
  if (at == asked->begin) {
    /* The answer covers less than a block: copy the block. */
    at = MIN (asked->end, next_boundary (c, at, c->align));
    add_ready (w, (struct extent) {
                    .start = asked->begin, .end = at, .kind = DATA });
  }
  tool_walk_told (&w->walk, asked, at);
  if (!w->mapping)
    take_rest (w);
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
}

enum unmapped
work_not_mapped (struct copy *c, const struct tool_range *asked, uint64_t end)
{
  struct work *w = &c->work;
  enum unmapped r = ASKED_FOR_PARTS;

  pthread_mutex_lock (&w->lock);
  enum tool_walk_failure failure = tool_walk_failed (&w->walk, asked, end);
  if (failure != TOOL_WALK_PARTS) {
    r = TAKEN_AS_DATA;
    add_ready (w, (struct extent) {
                    .start = asked->begin, .end = end, .kind = DATA });
  }
  if (failure == TOOL_WALK_GIVEN_UP) {
    r = w->mapping ? MAP_GIVEN_UP : r;
    take_rest (w);
  }
  if (r != ASKED_FOR_PARTS && c->from->has_selection && !c->verifying)
    r = NOT_SELECTED;
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
  return r;
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

uint64_t
work_lowest (struct copy *c)
{
  struct work *w = &c->work;
  uint64_t lowest = w->endless ? w->endless_at : c->length;

  for (size_t i = 0; i < w->ready.count; i++)
    lowest = MIN (lowest, w->ready.list[w->ready.head + i].start);
  return tool_walk_lowest (&w->walk, lowest);
}
