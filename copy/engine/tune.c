/* SPDX-License-Identifier: MIT */
/* How many chunks a worker should copy at the same time.
 *
 * With too few of them a distant server is idle.  With too many the buffers do
 * not stay in the processor's cache: with a server nearby, copying then takes
 * twice the time.  The best number is not known in advance, so it is measured:
 * at intervals twice as many are tried, then half as many. */
#include <config.h>

#include "engine/worker.h"

/* A measurement takes at least so long, and so many chunks for each slot in
 * use. */
#define MEASURE_SECONDS 0.01
#define MEASURE_ROUNDS 4
/* Between two attempts to find a better number. */
#define REST_MEASUREMENTS 16

/* Twice as many slots are kept only if they are this much faster, as they are
 * with a distant server.  Half as many are kept unless they are slower than
 * this.  Differences in between may be noise, which must not increase the
 * number. */
#define GAIN 1.4
#define LOSS 0.85

#define LEAST 2

enum { BASE, TWICE, HALF, REST };

static unsigned
within (const struct worker *w, unsigned limit)
{
  unsigned most = w->copy->slots;
  return MAX (MIN (limit, most), MIN (LEAST, most));
}

/* Decide what to measure next. */
static void
next_phase (struct worker *w, double speed)
{
  struct tune *t = &w->tune;

  switch (t->phase) {
  case BASE:
    t->speed = speed;
    t->phase = TWICE;
    w->limit = within (w, 2 * t->base);
    break;
  case TWICE:
    if (speed > t->speed * GAIN && w->limit > t->base) {
      t->base = w->limit;
      t->speed = speed;
      w->limit = within (w, 2 * t->base);
      break;
    }
    t->phase = HALF;
    w->limit = within (w, t->base / 2);
    break;
  case HALF:
    if (speed > t->speed * LOSS)
      t->base = w->limit;
    t->phase = REST;
    t->rest = REST_MEASUREMENTS;
    w->limit = t->base;
    break;
  case REST:
    if (--t->rest == 0)
      t->phase = BASE;
    break;
  }
}

static void
restart (struct tune *t, double time)
{
  t->began = time;
  t->bytes = 0;
  t->chunks = 0;
}

void
tune_begin (struct worker *w)
{
  struct tune *t = &w->tune;

  *t = (struct tune) { .phase = BASE, .base = within (w, TUNE_FIRST) };
  w->limit = t->base;
  restart (t, tool_now ());
}

void
tune_add (struct worker *w, uint64_t bytes)
{
  struct tune *t = &w->tune;

  t->bytes += bytes;
  if (++t->chunks < MEASURE_ROUNDS * w->limit)
    return;
  double time = tool_now ();
  if (time - t->began < MEASURE_SECONDS)
    return;
  next_phase (w, t->bytes / (time - t->began));
  restart (t, time);
}
