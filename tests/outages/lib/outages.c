/* SPDX-License-Identifier: MIT */

/* When and how the brittle server fails, and how it comes back. */

#include <stdlib.h>
#include <unistd.h>

#include "parts.h"

/* How many more bytes pass before the connection ends. */
static long
draw_bytes (struct random *r)
{
  switch (random_below (r, 3)) {
  case 0: return 0;
  case 1: return random_below (r, 64);
  default: return random_below (r, 6000);
  }
}

static void
set_end (struct connection *c, struct random *r, long bytes)
{
  if (random_one_in (r, 2))
    c->in_left = bytes;
  else
    c->out_left = bytes;
}

static bool
is_planned (const struct life *s)
{
  for (const struct connection *c = s->connections; c; c = c->next)
    if (c->in_left >= 0 || c->out_left >= 0)
      return true;
  return false;
}

struct connection *
draw_connection (struct life *s)
{
  struct connection *found = NULL;
  unsigned n = 0;

  for (struct connection *c = s->connections; c; c = c->next)
    if (c->stage == READY && !c->silent && !c->deaf && !c->closing
        && random_one_in (&s->b->random, ++n))
      found = c;
  return found;
}

static enum doom
draw_doom (struct brittle *b)
{
  static const enum doom dooms[] = { CUT_ONE, CUT_ONE, CUT_ONE, CUT_ALL,
                                     CRASH,   CRASH,   EXIT,    EXIT };
  unsigned first = b->settings.crashes_only ? 4 : 0;

  return dooms[first + random_below (&b->random, 8 - first)];
}

void
plan_outage (struct life *s)
{
  struct random *r = &s->b->random;

  if (s->b->outages_left == 0 || is_planned (s))
    return;
  if (s->steps_to_outage > 0) {
    s->steps_to_outage--;
    return;
  }
  struct connection *c = draw_connection (s);

  if (c == NULL)
    return;
  c->doom = draw_doom (s->b);
  c->manner = random_below (r, NR_MANNERS);
  set_end (c, r, draw_bytes (r));
  brittle_say (s->b, "%u: %ld bytes in, %ld out until outage %d", c->number,
               c->in_left, c->out_left, c->doom);
}

void
plan_failure (struct life *s, struct connection *c)
{
  struct brittle *b = s->b;

  if (b->outages_left == 0 || !random_one_in (&b->random, 6)
      || (!b->settings.late && c->number == 1))
    return;
  c->doom = CUT_ONE;
  c->manner = random_one_in (&b->random, 2) ? RESET : CLOSED;
  set_end (c, &b->random, random_below (&b->random, 200));
}

/* Draw how the server refuses connections while it comes back. */
static void
plan_return (struct life *s)
{
  struct brittle *b = s->b;
  struct random *r = &b->random;

  if (random_one_in (r, 3))
    b->refuse_ms = 1 + random_below (r, 60);
  if (random_one_in (r, 5))
    b->refuse_connections = 1 + random_below (r, 2);
  if (random_one_in (r, 6))
    b->refuse_exports = 1;
  if (b->refuse_ms > 0 && s->listener >= 0)
    stop_listening (s);
}

static void
crash (struct life *s, bool ends)
{
  struct brittle *b = s->b;
  bool fenced = ends && !b->settings.tcp && b->settings.fault != FORGES_FENCE;
  int64_t deadline = brittle_now () + b->settings.patience;

  brittle_say (b, "crash%s", ends ? ", and the process ends" : "");
  for (struct connection *c = s->connections; c; c = c->next) {
    if (c->stage != LEFT)
      leave_ghosts (s, c, deadline);
    if (random_one_in (&b->random, 2))
      reset (c);
    c->gone = true;
  }
  if (fenced)
    lay_ghosts (b);
  disk_crash (&b->disk);
  plan_return (s);
  if (ends) {
    b->counters.exits++;
    _exit (COMES_BACK);
  }
  b->counters.crashes++;
}

void
outage (struct life *s, struct connection *victim)
{
  struct brittle *b = s->b;

  if (b->settings.script.count > 0) {
    come_to_pass (s, victim);
    return;
  }
  victim->in_left = victim->out_left = -1;
  b->outages_left--;
  s->steps_to_outage = random_below (&b->random, 60);
  switch (victim->doom) {
  case CUT_ONE: cut (s, victim, victim->manner); break;
  case CUT_ALL:
    for (struct connection *c = s->connections; c; c = c->next)
      if (!c->gone && c->stage != LEFT)
        cut (s, c, random_below (&b->random, NR_MANNERS));
    if (random_one_in (&b->random, 3))
      plan_return (s);
    break;
  default: crash (s, victim->doom == EXIT);
  }
}
