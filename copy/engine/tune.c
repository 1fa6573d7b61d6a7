/* SPDX-License-Identifier: MIT */
/* How many chunks a worker should have on their way.
 *
 * Too few leave a distant server idle.  Too many make buffers that do not
 * stay in the processor's cache: with a server nearby that takes twice the
 * time.  Neither is known in advance, so it is measured: now and then twice
 * as many are tried, and half as many, and what is not faster is not kept. */
#include <config.h>

#include "engine/worker.h"

/* A measurement takes at least so long, */
#define MEASURE_SECONDS 0.01
/* and so many chunks for each slot in use. */
#define MEASURE_ROUNDS 4
/* Between two attempts to find a better number. */
#define REST_MEASUREMENTS 16

/* Twice as many have to be so much faster, as they are where a server is
 * distant; half as many may be so much slower.  Less would be noise, which
 * must not lead upwards. */
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

/* A chunk of so many bytes is done. */
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
