/* SPDX-License-Identifier: MIT */
/* Which ranges to ask a server about, and in which pieces. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "extents.h"

/* After so many gaps without an answer nothing more is asked. */
#define MOST_GAPS 16

/* Fewer extents in an answer make questions longer, more make them
 * shorter. */
#define FEW_EXTENTS 256
#define MANY_EXTENTS 8192

/* ---- the queue of ranges that are not asked for ---- */

/* Make space for one more range, before the first one if IN_FRONT. */
static void
make_room (struct tool_walk *w, bool in_front)
{
  if (in_front ? w->head > 0 : w->head + w->count < w->room)
    return;
  if (w->count >= w->room / 2) {
    w->room = w->room ? 2 * w->room : 16;
    w->unasked = realloc (w->unasked, w->room * sizeof *w->unasked);
    if (w->unasked == NULL)
      tool_fail ("out of memory for %zu ranges of a map", w->room);
  }
  size_t head = in_front ? (w->room - w->count) / 2 : 0;
  memmove (w->unasked + head, w->unasked + w->head,
           w->count * sizeof *w->unasked);
  w->head = head;
}

void
tool_walk_add (struct tool_walk *w, uint64_t begin, uint64_t end)
{
  if (begin >= end)
    return;
  make_room (w, false);
  w->unasked[w->head + w->count++] = (struct tool_range) { begin, end };
}

/* Put a range back into the queue, before the first range that begins behind
 * it.  Both are joined if they touch. */
static void
put_back (struct tool_walk *w, uint64_t begin, uint64_t end)
{
  if (begin >= end)
    return;
  size_t i = 0;
  while (i < w->count && w->unasked[w->head + i].begin < begin)
    i++;
  if (i < w->count && w->unasked[w->head + i].begin == end) {
    w->unasked[w->head + i].begin = begin;
    return;
  }
  make_room (w, true);
  w->head--;
  memmove (w->unasked + w->head, w->unasked + w->head + 1,
           i * sizeof *w->unasked);
  w->unasked[w->head + i] = (struct tool_range) { begin, end };
  w->count++;
}

static struct tool_range *
first (struct tool_walk *w)
{
  return w->count > 0 ? &w->unasked[w->head] : NULL;
}

static void
drop_first (struct tool_walk *w)
{
  w->head++;
  w->count--;
}

void
tool_walk_skip (struct tool_walk *w, uint64_t position)
{
  struct tool_range *r;
  while ((r = first (w)) != NULL && r->end <= position)
    drop_first (w);
  if (r != NULL && r->begin < position)
    r->begin = position;
}

bool
tool_walk_rest (struct tool_walk *w, struct tool_range *rest)
{
  if (!w->given_up || w->count == 0)
    return false;
  *rest = *first (w);
  drop_first (w);
  return true;
}

void
tool_walk_free (struct tool_walk *w)
{
  free (w->unasked);
  w->unasked = NULL;
  w->head = w->count = w->room = 0;
}

/* ---- questions ---- */

/* The remainder of the position plus the phase, divided by SIZE. */
static uint64_t
remainder_of (const struct tool_walk *w, uint64_t position, uint64_t size)
{
  return (w->phase + position) % size;
}

/* The length of a question from BEGIN on.  It ends at a multiple of the usual
 * length. */
static uint64_t
usual_length (const struct tool_walk *w, uint64_t begin)
{
  return w->length - remainder_of (w, begin, w->length);
}

/* The same near a failure: at least to the end of the block. */
static uint64_t
careful_length (const struct tool_walk *w, uint64_t begin)
{
  uint64_t rest = w->align - remainder_of (w, begin, w->align);
  if (w->careful <= rest)
    return rest;
  return w->careful - (w->careful - rest) % w->align;
}

bool
tool_walk_next (struct tool_walk *w, struct tool_range *question)
{
  struct tool_range *r = first (w);
  if (r == NULL || w->given_up || w->nr_asked >= w->ahead)
    return false;
  bool careful = r->begin < w->careful_end;
  if (careful && w->nr_asked > 0)
    return false;
  *question = *r;
  uint64_t most = careful ? careful_length (w, r->begin)
                          : usual_length (w, r->begin);
  if (most < r->end - r->begin)
    question->end = r->begin + most;
  r->begin = question->end;
  if (r->begin == r->end)
    drop_first (w);
  w->asked[w->nr_asked++] = *question;
  return true;
}

static void
forget (struct tool_walk *w, const struct tool_range *question)
{
  unsigned i = 0;
  while (w->asked[i].begin != question->begin)
    i++;
  w->asked[i] = w->asked[--w->nr_asked];
}

void
tool_walk_told (struct tool_walk *w, const struct tool_range *question,
                uint64_t up_to)
{
  forget (w, question);
  w->gaps = 0;
  if (question->end - question->begin <= w->careful)
    w->careful = w->careful > UINT64_MAX / 2 ? UINT64_MAX : 2 * w->careful;
  put_back (w, up_to, question->end);
}

void
tool_walk_lost (struct tool_walk *w, const struct tool_range *question)
{
  forget (w, question);
  put_back (w, question->begin, question->end);
}

/* Leave the range unknown, and continue behind it. */
static enum tool_walk_failure
leave_gap (struct tool_walk *w, uint64_t begin, uint64_t end)
{
  if (w->gaps++ == 0 || w->gap.end != begin)
    w->gap.begin = begin;
  w->gap.end = end;
  w->careful = end - w->gap.begin;
  if (w->gaps == MOST_GAPS)
    w->given_up = true;
  return w->given_up ? TOOL_WALK_GIVEN_UP : TOOL_WALK_GAP;
}

enum tool_walk_failure
tool_walk_failed (struct tool_walk *w, const struct tool_range *question,
                  uint64_t end)
{
  uint64_t begin = question->begin, length = end - begin;
  uint64_t least = w->least > w->align ? w->least : w->align;
  bool follows = w->gaps > 0 && w->gap.end == begin;
  if (follows && least < begin - w->gap.begin)
    least = begin - w->gap.begin;
  forget (w, question);
  if (w->careful_end < end)
    w->careful_end = end;
  if (length <= least || w->given_up) {
    put_back (w, end, question->end);
    return leave_gap (w, begin, end);
  }
  put_back (w, begin, question->end);
  w->careful = follows ? least : length / 2;
  return TOOL_WALK_PARTS;
}

void
tool_walk_adapt (struct tool_walk *w, size_t extents)
{
  if (extents < FEW_EXTENTS && w->length <= w->most / 2)
    w->length *= 2;
  else if (extents > MANY_EXTENTS && w->length / 2 >= w->least)
    w->length /= 2;
}

uint64_t
tool_walk_lowest (const struct tool_walk *w, uint64_t otherwise)
{
  uint64_t lowest = otherwise;
  for (size_t i = 0; i < w->count; i++)
    if (w->unasked[w->head + i].begin < lowest)
      lowest = w->unasked[w->head + i].begin;
  for (unsigned i = 0; i < w->nr_asked; i++)
    if (w->asked[i].begin < lowest)
      lowest = w->asked[i].begin;
  return lowest;
}
