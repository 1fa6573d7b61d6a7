/* SPDX-License-Identifier: MIT */
/* With random tables of steps, the planner finds the same as trying all
 * sequences of steps: the best plan and the next two, and no plan only if
 * there is none.  No plan comes to the same facts twice, so no step undoes or
 * repeats another one.
 *
 * The facts differ only in their number of parts.  Amounts are small and
 * times are quarters of seconds, so there are many ties. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "plan.h"
#include "tool.h"

#define SEEDS 4000
#define NODES 7
#define SLOTS 10

/* ---- random tables ---- */

static struct slot {
  bool open[NODES];   /* whether the step can be done there */
  unsigned to[NODES]; /* where it leads */
  struct cost cost[NODES];
} slots[SLOTS];
static unsigned goals; /* a bit for each wanted node */

static bool
slot_needs (size_t slot, const struct facts *f, const struct goal *g)
{
  return slots[slot].open[f->parts]
         && (slots[slot].cost[f->parts].scratch == 0 || g->may_scratch);
}

static void
slot_changes (size_t slot, struct facts *f)
{
  f->parts = slots[slot].to[f->parts];
  f->complete = goals >> f->parts & 1;
}

/* The three functions of a step, which know their slot. */
#define SLOT(n)                                                           \
  static bool needs_##n (const struct facts *f, const struct goal *g)     \
  {                                                                       \
    return slot_needs (n, f, g);                                          \
  }                                                                       \
  static void changes_##n (struct facts *f,                               \
                           const struct goal *g __attribute__ ((unused))) \
  {                                                                       \
    slot_changes (n, f);                                                  \
  }                                                                       \
  static void costs_##n (const struct facts *f,                           \
                         const struct goal *g __attribute__ ((unused)),   \
                         const struct rates *r __attribute__ ((unused)),  \
                         struct cost *cost)                               \
  {                                                                       \
    *cost = slots[n].cost[f->parts];                                      \
  }
/* clang-format off */
SLOT (0) SLOT (1) SLOT (2) SLOT (3) SLOT (4)
SLOT (5) SLOT (6) SLOT (7) SLOT (8) SLOT (9)
/* clang-format on */

#define STEP(n)                                           \
  {                                                       \
#n, SCRATCH, false, needs_##n, changes_##n, costs_##n \
  }
    static struct step table[SLOTS] = { STEP (0), STEP (1), STEP (2),
                                        STEP (3), STEP (4), STEP (5),
                                        STEP (6), STEP (7), STEP (8),
                                        STEP (9) };

static uint64_t state;

/* A random number below LIMIT (xorshift). */
static unsigned
lot (unsigned limit)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (state >> 20) % limit;
}

static void
draw_table (struct problem *p, uint64_t seed)
{
  state = seed * UINT64_C (0x9e3779b97f4a7c15);
  unsigned nodes = 3 + lot (NODES - 2);
  *p = (struct problem) {
    .table = table,
    .steps = 2 + lot (SLOTS - 1),
    .goal = { .size = UNKNOWN, .may_scratch = true },
    .rates = { .cores = 1 + lot (3), .process = lot (3) / 4.0 },
  };
  goals = 1u << (nodes - 1);
  if (lot (3) == 0)
    goals |= 1u << (1 + lot (nodes - 1));
  for (size_t i = 0; i < p->steps; i++) {
    bool scratches = lot (4) == 0;
    table[i].ends_stream = scratches || lot (4) == 0;
    for (unsigned node = 0; node < nodes; node++) {
      slots[i].open[node] = lot (3) == 0;
      slots[i].to[node] = lot (nodes);
      slots[i].cost[node] = (struct cost) {
        .seconds = lot (6) / 4.0,
        .cpu = lot (6) * p->rates.cores / 4.0,
        .scratch = scratches ? 1 + lot (3) : 0,
        .processes = lot (3) == 0,
      };
    }
  }
}

/* ---- all sequences ---- */

struct way {
  size_t count;
  size_t steps[PLAN_MOST_STEPS];
  unsigned nodes[PLAN_MOST_STEPS + 1];
  /* These are compared, in this order. */
  unsigned quarters;
  unsigned processes;
  uint64_t scratch;
};

static struct {
  struct way best[3]; /* different ones, the best first */
  size_t count;
  struct way thrifty; /* the best one without scratch space */
  bool has_thrifty;
} found;

/* Compute the costs of a sequence from its streams. */
static void
cost_way (const struct problem *p, struct way *w)
{
  double all = 0, slowest = 0, cpu = 0;
  w->processes = 0;
  w->scratch = 0;
  for (size_t i = 0; i < w->count; i++) {
    const struct cost *c = &slots[w->steps[i]].cost[w->nodes[i]];
    slowest = c->seconds > slowest ? c->seconds : slowest;
    cpu += c->cpu;
    w->processes += c->processes;
    w->scratch += c->scratch;
    if (table[w->steps[i]].ends_stream || i + 1 == w->count) {
      double share = cpu / p->rates.cores;
      all += share > slowest ? share : slowest;
      slowest = cpu = 0;
    }
  }
  all += w->processes * p->rates.process;
  w->quarters = (unsigned) (all * 4 + 0.5);
}

static int
compare_ways (const struct way *a, const struct way *b)
{
  if (a->quarters != b->quarters)
    return a->quarters < b->quarters ? -1 : 1;
  if (a->count != b->count)
    return a->count < b->count ? -1 : 1;
  if (a->processes != b->processes)
    return a->processes < b->processes ? -1 : 1;
  return a->scratch < b->scratch ? -1 : a->scratch > b->scratch;
}

static void
keep_way (const struct way *w)
{
  if (w->scratch == 0
      && (!found.has_thrifty || compare_ways (w, &found.thrifty) < 0)) {
    found.thrifty = *w;
    found.has_thrifty = true;
  }
  size_t at = found.count;
  while (at > 0 && compare_ways (w, &found.best[at - 1]) < 0)
    at--;
  if (at == 3)
    return;
  found.count += found.count < 3;
  memmove (&found.best[at + 1], &found.best[at],
           (found.count - at - 1) * sizeof found.best[0]);
  found.best[at] = *w;
}

static bool
was_at (const struct way *w, unsigned node)
{
  for (size_t i = 0; i <= w->count; i++)
    if (w->nodes[i] == node)
      return true;
  return false;
}

/* Try all continuations of W, with at most DEPTH steps.  They may return to a
 * node only if that is ALLOWED. */
static void
try_all (const struct problem *p, struct way *w, size_t depth, bool allowed)
{
  unsigned node = w->nodes[w->count];
  if (goals >> node & 1) {
    cost_way (p, w);
    keep_way (w);
    return;
  }
  for (size_t i = 0; depth > 0 && i < p->steps; i++) {
    unsigned to = slots[i].to[node];
    if (!slots[i].open[node] || (!allowed && was_at (w, to)))
      continue;
    w->steps[w->count] = i;
    w->nodes[++w->count] = to;
    try_all (p, w, depth - 1, allowed);
    w->count--;
  }
}

static void
find_all (const struct problem *p, size_t depth, bool allowed)
{
  struct way w = { 0 };
  memset (&found, 0, sizeof found);
  try_all (p, &w, depth, allowed);
}

/* ---- plans ---- */

/* Convert a plan, and check that its costs are what we compute. */
static struct way
way_of (const struct problem *p, const struct plan *plan)
{
  struct way w = { .count = plan->count };
  for (size_t i = 0; i < plan->count; i++) {
    w.steps[i] = plan->steps[i].step - table;
    w.nodes[i + 1] = plan->steps[i].after.parts;
    CHECK (slots[w.steps[i]].open[w.nodes[i]]);
    CHECK_INT (w.nodes[i + 1], slots[w.steps[i]].to[w.nodes[i]]);
    for (size_t j = 0; j <= i; j++)
      CHECK (w.nodes[j] != w.nodes[i + 1]);
  }
  cost_way (p, &w);
  CHECK_INT ((int64_t) (plan->seconds * 4 + 0.5), w.quarters);
  CHECK_INT (plan->processes, w.processes);
  CHECK_INT (plan->scratch, w.scratch);
  return w;
}

static bool
is_same (const struct way *a, const struct way *b)
{
  return a->count == b->count
         && memcmp (a->steps, b->steps, a->count * sizeof a->steps[0]) == 0;
}

/* Check that the other plans are the best ones apart from the chosen plan, or
 * cost the same. */
static void
check_others (const struct problem *p, const struct way *chosen,
              const struct plan others[2], size_t nr)
{
  struct way ways[2];
  const struct way *want = found.best;
  bool left_out = false;
  for (size_t i = 0; i < nr; i++) {
    ways[i] = way_of (p, &others[i]);
    CHECK (!is_same (&ways[i], chosen));
    CHECK (i == 0 || !is_same (&ways[0], &ways[1]));
    if (!left_out && compare_ways (want, chosen) == 0) {
      left_out = true;
      want++;
    }
    CHECK_INT (compare_ways (&ways[i], want++), 0);
  }
}

static void
run (uint64_t seed)
{
  struct problem p;
  struct plan best, others[2];
  size_t nr;
  char *why;
  draw_table (&p, seed);
  find_all (&p, PLAN_MOST_STEPS, false);
  if (plan_find (&p, &best, others, &nr, &why) == -1) {
    free (why);
    CHECK_INT (found.count, 0);
    return;
  }
  struct way chosen = way_of (&p, &best);
  const struct way *want = found.has_thrifty ? &found.thrifty
                                             : &found.best[0];
  CHECK (found.count > 0);
  CHECK_INT (compare_ways (&chosen, want), 0);
  CHECK_INT (nr, found.count - 1);
  check_others (&p, &chosen, others, nr);

  /* Returning to the same facts is never cheaper. */
  if (p.steps <= 4) {
    find_all (&p, 6, true);
    want = found.has_thrifty ? &found.thrifty : &found.best[0];
    CHECK (found.count == 0 || compare_ways (&chosen, want) <= 0);
  }
}

void
test (void)
{
  size_t plans = 0;
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    check_case ("seed %u", (unsigned) seed);
    run (seed);
    plans += found.count > 1;
  }
  /* Not all random tables are too easy. */
  CHECK (plans > SEEDS / 3);
}
