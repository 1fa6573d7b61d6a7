/* SPDX-License-Identifier: MIT */
/* The search for the cheapest plan. */
#include <config.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "tool.h"

#define MOST_LABELS 4096
#define MOST_TABLE 64 /* steps, so that a set of them fits into 64 bits */

#define COMPARE(a, b) ((a) < (b) ? -1 : (a) > (b))
/* Compare what decides between plans that take the same time. */
#define COMPARE_SUMS(a, b) \
  (COMPARE ((a)->count, (b)->count)                \
     ?: COMPARE ((a)->processes, (b)->processes)   \
          ?: COMPARE ((a)->scratch, (b)->scratch))

/* A sequence of steps that leads to some facts, and what it costs so far.
 *
 * Times are whole microseconds, so that sums which should be equal are equal
 * in whatever order the terms were added. */
struct label {
  const struct label *before; /* which STEP follows; NULL: the start */
  const struct step *step;
  struct facts facts;
  struct cost cost; /* of STEP alone */

  double closed;  /* seconds of the streams that have ended, and for starting
                     processes */
  double slowest; /* the slowest step of the stream that has not ended */
  double share;   /* the processors' time for that stream, divided by the
                     cores */

  size_t count; /* steps, and the resources that all of them need */
  uint64_t processes, scratch;
  bool left; /* every step that can follow was tried */
};

struct search {
  const struct problem *p;
  struct label *labels; /* MOST_LABELS */
  size_t count;
  const struct label *from; /* the end of the given steps */
  uint64_t banned;          /* a set: the steps that must not follow FROM */
};

/* Microseconds of times that are small enough for sums to be exact. */
static double
microseconds (double seconds)
{
  return seconds < 1e9 ? (double) (int64_t) (seconds * 1e6 + 0.5) : 1e15;
}

static double
larger (double a, double b)
{
  return a > b ? a : b;
}

static double
total (const struct label *l)
{
  return l->closed + larger (l->slowest, l->share);
}

/* Whether A, which leads to the same facts as B, is no worse than B whatever
 * steps follow.
 *
 * What follows is the same for both and costs the same.  Let S be the
 * microseconds of its slowest step in the stream that has not ended, P the
 * processors' time in that stream, and R the time of all that is behind that
 * stream.  Then the whole plan takes, for A and for B,
 *
 *   closed + max (slowest, S, share + P) + R
 *     = max (closed + slowest, closed + S, closed + share + P) + R
 *
 * This is never larger for A if neither closed nor closed + share is.  And
 * closed + slowest only counts where it is the largest of the three, so it is
 * enough to compare the present totals: closed + slowest of A is at most A's
 * total, which is at most B's total, which is at most what the whole plan
 * takes for B, whatever S and P are.  All three comparisons are needed,
 * because S, P, or neither of them can decide.
 *
 * If the times are equal, the sums of steps, processes and scratch space
 * decide.  The same is added to both, so their order does not change. */
static bool
dominates (const struct label *a, const struct label *b)
{
  return a->closed <= b->closed
         && a->closed + a->share <= b->closed + b->share
         && total (a) <= total (b) && COMPARE_SUMS (a, b) <= 0;
}

/* Whether another label makes this one superfluous.  A sequence that returns
 * to the same facts is always dominated, since no step has a negative cost. */
static bool
is_superfluous (const struct search *s, const struct label *l)
{
  for (size_t i = 0; i < s->count; i++)
    if (facts_equal (&s->labels[i].facts, &l->facts)
        && dominates (&s->labels[i], l))
      return true;
  return false;
}

/* The label that results if STEP follows FROM. */
static struct label
follow (const struct problem *p, const struct label *from,
        const struct step *step)
{
  struct label l = *from;
  l.before = from;
  l.step = step;
  l.left = false;
  l.cost = (struct cost) { 0 };
  step->costs (&from->facts, &p->goal, &p->rates, &l.cost);
  step->changes (&l.facts, &p->goal);

  l.closed += microseconds (l.cost.processes * p->rates.process);
  l.slowest = larger (l.slowest, microseconds (l.cost.seconds));
  l.share += microseconds (l.cost.cpu / p->rates.cores);
  if (step->ends_stream) {
    l.closed = total (&l);
    l.slowest = l.share = 0;
  }
  l.count++;
  l.processes += l.cost.processes;
  l.scratch += l.cost.scratch;
  return l;
}

/* Of the labels that were not left yet: the first one with the least cost. */
static struct label *
cheapest (const struct search *s)
{
  struct label *best = NULL;
  for (struct label *l = s->labels; l < s->labels + s->count; l++)
    if (!l->left
        && (best == NULL
            || (COMPARE (total (l), total (best)) ?: COMPARE_SUMS (l, best))
                 < 0))
      best = l;
  return best;
}

/* Make labels for all steps that can follow L.  Labels that do not fit into
 * the table are dropped. */
static void
leave (struct search *s, struct label *l)
{
  const struct problem *p = s->p;
  uint64_t banned = l == s->from ? s->banned : 0;
  l->left = true;
  if (l->count == PLAN_MOST_STEPS)
    return;
  for (size_t i = 0; i < p->steps; i++) {
    if ((banned >> i & 1) || !p->table[i].needs (&l->facts, &p->goal))
      continue;
    struct label next = follow (p, l, &p->table[i]);
    if (s->count < MOST_LABELS && !is_superfluous (s, &next))
      s->labels[s->count++] = next;
  }
}

static void
make_plan (const struct label *end, struct plan *plan)
{
  *plan = (struct plan) {
    .count = end->count,
    .seconds = total (end) / 1e6,
    .scratch = end->scratch,
    .processes = end->processes,
  };
  for (const struct label *l = end; l->before != NULL; l = l->before) {
    plan->steps[l->count - 1].step = l->step;
    plan->steps[l->count - 1].after = l->facts;
    plan->steps[l->count - 1].cost = l->cost;
    plan->estimated |= l->cost.estimated;
  }
}

/* Find the best plan that begins with the first GIVEN steps of LIKE and does
 * not go on with a BANNED step.  Returns whether there is one. */
static bool
search (const struct problem *p, const struct plan *like, size_t given,
        uint64_t banned, struct plan *found)
{
  struct search s = { .p = p, .banned = banned };
  s.labels = tool_alloc (MOST_LABELS * sizeof *s.labels);
  s.labels[s.count++].facts = p->start;
  for (size_t i = 0; i < given; i++) {
    s.labels[i].left = true;
    s.labels[s.count++] = follow (p, &s.labels[i], like->steps[i].step);
  }
  s.from = &s.labels[given];

  struct label *l;
  while ((l = cheapest (&s)) != NULL && !facts_reach (&l->facts, &p->goal))
    leave (&s, l);
  if (l != NULL)
    make_plan (l, found);
  free (s.labels);
  return l != NULL;
}

static bool
is_better (const struct plan *a, const struct plan *b)
{
  return (COMPARE (a->seconds, b->seconds) ?: COMPARE_SUMS (a, b)) < 0;
}

/* The set of steps with which those plans go on that begin with the same
 * GIVEN steps as LIKE. */
static uint64_t
next_steps (const struct problem *p, const struct plan *plans, size_t nr,
            const struct plan *like, size_t given)
{
  uint64_t steps = 0;
  for (size_t i = 0; i < nr; i++) {
    size_t same = 0;
    while (same < given && same < plans[i].count
           && plans[i].steps[same].step == like->steps[same].step)
      same++;
    if (same == given && given < plans[i].count)
      steps |= UINT64_C (1) << (plans[i].steps[given].step - p->table);
  }
  return steps;
}

/* Find the best plan other than the given ones (Yen's algorithm).  Any other
 * plan leaves one of the given plans after some step.  So for each of these
 * places find the best plan that leaves there, and take the best of all. */
static bool
find_next (const struct problem *p, const struct plan *plans, size_t nr,
           struct plan *next)
{
  bool found = false;
  for (size_t i = 0; i < nr; i++)
    for (size_t given = 0; given < plans[i].count; given++) {
      uint64_t banned = next_steps (p, plans, nr, &plans[i], given);
      struct plan plan;
      if (search (p, &plans[i], given, banned, &plan)
          && (!found || is_better (&plan, next))) {
        *next = plan;
        found = true;
      }
    }
  return found;
}

/* Whether there is a plan if these two concessions, or one twice, are
 * granted. */
static bool
helps (const struct problem *p, size_t i, size_t j, struct plan *plan)
{
  struct problem eased = *p;
  all_concessions[i].grant (&eased);
  all_concessions[j].grant (&eased);
  return search (&eased, NULL, 0, 0, plan);
}

/* Explain why there is no plan: name the one concession, or the two, with
 * which there would be a plan. */
static char *
explain_refusal (const struct problem *p)
{
  const struct concession *all = all_concessions;
  struct plan plan;
  for (size_t i = 0; i < nr_all_concessions; i++)
    if (helps (p, i, i, &plan))
      return all[i].words (p, &plan);
  for (size_t i = 0; i < nr_all_concessions; i++)
    for (size_t j = i + 1; j < nr_all_concessions; j++)
      if (helps (p, i, j, &plan)) {
        char *one = all[i].words (p, &plan), *two = all[j].words (p, &plan);
        char *both = tool_format ("%s; besides, %s", one, two);
        free (one);
        free (two);
        return both;
      }
  return refusal (p);
}

int
plan_find (const struct problem *p, struct plan *best, struct plan others[2],
           size_t *nr, char **why)
{
  struct plan plans[3];
  struct problem thrifty = *p;
  thrifty.goal.may_scratch = false;
  assert (p->steps <= MOST_TABLE);
  if (!search (&thrifty, NULL, 0, 0, &plans[0])
      && !search (p, NULL, 0, 0, &plans[0])) {
    *why = explain_refusal (p);
    return -1;
  }
  size_t found = 1;
  while (found < 3 && find_next (p, plans, found, &plans[found]))
    found++;
  *best = plans[0];
  *nr = found - 1;
  memcpy (others, &plans[1], *nr * sizeof others[0]);
  return 0;
}
