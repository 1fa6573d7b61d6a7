/* SPDX-License-Identifier: MIT */
/* A whole walk over the extents of a range.
 *
 * Several questions are in flight.  The one at the position up to which all
 * extents were delivered is waited for first; the answers to those behind it
 * are kept until it is their turn. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "extents.h"

/* Without extended headers a request covers less than 4 GiB.  This is a
 * multiple of any block size. */
#define NARROW_QUESTION (UINT64_C (0xfff00000))
/* Requests that failed are halved down to this length.  It is the largest
 * minimum block size that a server may have. */
#define LEAST_QUESTION (UINT64_C (65536))
/* Replies with so many extents mean that the disk is fragmented, so the
 * replies to many questions in flight would take much memory. */
#define MANY_EXTENTS 1024
#define LEAST_AHEAD 2

struct step {
  enum { UNUSED, ASKED, TOLD, UNKNOWN } state;
  struct tool_range question;
  int64_t cookie;
  struct tool_map map; /* TOLD: its end is that of the answer */
  char *why;           /* UNKNOWN */
  struct pass *pass;
};

/* The last extent, which the next one may continue: it is delivered when it is
 * complete. */
struct merged {
  uint64_t offset, length;
  uint64_t type;
  char *why; /* not NULL: it is unknown */
};

struct pass {
  const struct tool_extents *of;
  uint64_t end;       /* of the range */
  uint64_t delivered; /* all before this position */
  struct tool_walk walk;
  struct step steps[TOOL_WALK_MOST_AHEAD];
  struct merged merged;
  char *why; /* the walk was given up */
};

/* ---- asking ---- */

static int
take_extents (void *opaque, const char *context, uint64_t offset,
              nbd_extent *extents, size_t count, int *error)
{
  struct step *s = opaque;
  (void) error;
  if (strcmp (context, s->pass->of->context) == 0)
    tool_map_take (&s->map, offset, extents, count, s->question.end);
  return 0;
}

static struct step *
unused_step (struct pass *p)
{
  for (size_t i = 0; i < TOOL_WALK_MOST_AHEAD; i++)
    if (p->steps[i].state == UNUSED)
      return &p->steps[i];
  return NULL;
}

static size_t
steps_in_use (const struct pass *p)
{
  size_t n = 0;
  for (size_t i = 0; i < TOOL_WALK_MOST_AHEAD; i++)
    n += p->steps[i].state != UNUSED;
  return n;
}

/* The step to handle next: the one where the delivery has stopped, or else
 * the first one whose question is in flight. */
static struct step *
next_step (struct pass *p)
{
  struct step *asked = NULL;
  for (size_t i = 0; i < TOOL_WALK_MOST_AHEAD; i++) {
    struct step *s = &p->steps[i];
    if (s->state != UNUSED && s->question.begin == p->delivered)
      return s;
    if (s->state == ASKED
        && (asked == NULL || s->question.begin < asked->question.begin))
      asked = s;
  }
  return asked;
}

/* Whether another question may be asked.  Answers that wait to be delivered
 * count as questions in flight, unless the question that they wait for is not
 * asked yet. */
static bool
may_ask (struct pass *p)
{
  struct step *s = next_step (p);
  return steps_in_use (p) < p->walk.ahead || s == NULL
         || s->question.begin != p->delivered;
}

static void
ask_ahead (struct pass *p)
{
  struct step *s;
  struct tool_range *q;
  while (may_ask (p) && (s = unused_step (p)) != NULL
         && tool_walk_next (&p->walk, q = &s->question)) {
    s->state = ASKED;
    s->pass = p;
    tool_map_begin (&s->map, q->begin);
    s->cookie = nbd_aio_block_status_64 (
      p->of->h, q->end - q->begin, q->begin,
      (nbd_extent64_callback) { .callback = take_extents, .user_data = s },
      NBD_NULL_COMPLETION, 0);
    if (s->cookie == -1)
      tool_nbd_fail (NULL);
  }
}

/* ---- delivering ---- */

static int
deliver_merged (struct pass *p)
{
  const struct tool_extents *of = p->of;
  struct merged m = p->merged;
  p->merged = (struct merged) { .offset = m.offset + m.length };
  if (m.length == 0)
    return 0;
  if (m.why == NULL)
    return of->extent (of->opaque, m.offset, m.length, m.type);
  int r = of->unknown (of->opaque, m.offset, m.length, m.why);
  free (m.why);
  return r;
}

/* Deliver the range up to END, which is of this type, or unknown if WHY is not
 * NULL.  WHY is freed later. */
static int
deliver (struct pass *p, uint64_t end, uint64_t type, char *why)
{
  struct merged *m = &p->merged;
  bool same = why != NULL ? m->why != NULL
                          : m->why == NULL && m->type == type;
  if (m->length > 0 && same)
    free (why); /* the first reason says enough */
  else {
    int r = deliver_merged (p);
    if (r != 0) {
      free (why);
      return r;
    }
    m->type = type;
    m->why = why;
  }
  m->length += end - p->delivered;
  p->delivered = end;
  return 0;
}

static void
free_step (struct step *s)
{
  tool_map_free (&s->map);
  free (s->why);
  s->why = NULL;
  s->state = UNUSED;
}

/* Deliver the answer of the step whose turn it is, and free the step. */
static int
deliver_step (struct pass *p, struct step *s)
{
  int r = 0;
  if (s->state == UNKNOWN) {
    r = deliver (p, s->question.end, 0, s->why);
    s->why = NULL;
  }
  for (size_t i = 0; i < s->map.count && r == 0; i++)
    r = deliver (p, s->map.extents[i].end, s->map.extents[i].flags, NULL);
  free_step (s);
  tool_progress (p->delivered - p->of->offset, p->of->length);
  return r;
}

/* ---- answers ---- */

/* Wait until the step's request is answered.  False if it failed. */
static bool
await (struct pass *p, struct step *s)
{
  struct nbd_handle *h = p->of->h;
  for (;;) {
    int r = nbd_aio_command_completed (h, s->cookie);
    if (r == -1) {
      tool_check_signal ();
      if (tool_is_lost (h))
        tool_fail ("%s at offset %" PRIu64 ": %s", p->of->context,
                   s->question.begin, tool_nbd_error ());
    }
    if (r != 0)
      return r == 1;
    fflush (stdout);
    if (tool_poll (h, -1) == -1)
      tool_nbd_fail (NULL);
  }
}

/* The request failed, or its answer was empty. */
static void
step_failed (struct pass *p, struct step *s, const char *why)
{
  struct tool_range *q = &s->question;
  switch (tool_walk_failed (&p->walk, q, q->end)) {
  case TOOL_WALK_PARTS: free_step (s); return;
  case TOOL_WALK_GIVEN_UP:
    free (p->why);
    p->why = tool_format ("%s", why);
    break;
  case TOOL_WALK_GAP: break;
  }
  tool_map_free (&s->map);
  s->why = tool_format ("%s", why);
  s->state = UNKNOWN;
}

static void
take_answer (struct pass *p, struct step *s)
{
  struct tool_walk *walk = &p->walk;
  bool answered = await (p, s);
  if (s->map.out_of_memory)
    tool_fail ("out of memory for the extents that the server sent");
  if (!answered)
    step_failed (p, s, tool_nbd_error ());
  else if (s->map.count == 0)
    step_failed (p, s, "the server's reply has no extents");
  else {
    tool_walk_told (walk, &s->question, s->map.end);
    if (s->map.count >= MANY_EXTENTS)
      walk->ahead = LEAST_AHEAD;
    else if (walk->ahead < TOOL_WALK_MOST_AHEAD)
      walk->ahead++;
    s->state = TOLD;
  }
}

/* Free the pass.  Wait for requests in flight first, since their replies are
 * written to the steps. */
static void
free_pass (struct pass *p)
{
  for (size_t i = 0; i < TOOL_WALK_MOST_AHEAD; i++) {
    struct step *s = &p->steps[i];
    if (s->state == ASKED)
      await (p, s);
    free_step (s);
  }
  tool_walk_free (&p->walk);
  free (p->merged.why);
  free (p->why);
  free (p);
}

int
tool_each_extent (const struct tool_extents *of)
{
  struct pass *p = tool_alloc (sizeof *p);
  struct step *s;
  bool extended = nbd_get_extended_headers_negotiated (of->h) == 1;
  uint64_t most = extended ? UINT64_MAX : NARROW_QUESTION;
  int r = 0;

  p->of = of;
  p->delivered = p->merged.offset = of->offset;
  p->end = of->offset + of->length;
  p->walk = (struct tool_walk) {
    .length = most,
    .most = most,
    .least = LEAST_QUESTION,
    .align = LEAST_QUESTION,
    .ahead = LEAST_AHEAD,
  };
  tool_walk_add (&p->walk, of->offset, p->end);
  while (r == 0 && p->delivered < p->end) {
    ask_ahead (p);
    s = next_step (p);
    if (s == NULL) {
      r = deliver (p, p->end, 0, p->why);
      p->why = NULL;
    }
    else if (s->state == ASKED)
      take_answer (p, s);
    else
      r = deliver_step (p, s);
  }
  if (r == 0)
    r = deliver_merged (p);
  free_pass (p);
  return r;
}
