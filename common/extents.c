/* SPDX-License-Identifier: MIT */
/* Walking over extents.
 *
 * The range is cut into steps, one for each request.  A ring of steps is in
 * flight, of which the oldest is served first.  Servers may answer for the
 * beginning of a step only, or fail it; the rest is then asked for again.
 */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "extents.h"

/* Without extended headers a request covers less than 4 GiB.  Round numbers
 * suit servers. */
#define STEP_32 (UINT64_C (0xfff00000))
#define MAX_STEPS 64
/* Replies with so many extents mean that the disk is fragmented, and that
 * asking ahead fills memory. */
#define MANY_EXTENTS 1024

struct step {
  uint64_t begin;               /* where the request began */
  uint64_t next, end;           /* what was not answered yet */
  int64_t cookie;               /* of the request, or -1 */
  uint64_t length;              /* of the request */
  nbd_extent *extents;          /* answered, but not delivered yet */
  size_t count, allocated;
  bool out_of_memory;
  struct walk *walk;
};

/* What was delivered last but may go on. */
struct merged {
  uint64_t offset, length;
  uint64_t type;
  char *why;                    /* not NULL: it is unknown */
};

struct walk {
  const struct tool_walk *of;
  uint64_t end;                 /* of the range */
  uint64_t ahead;               /* steps begin here next */
  struct tool_reach reach;
  struct step ring[MAX_STEPS];
  size_t first, steps;          /* steps in use */
  size_t window;                /* steps wanted */
  bool given_up;                /* the rest stays unknown */
  struct merged merged;
};

/* Keep what of the server's extents belongs to the step. */
static int
take_extents (void *opaque, const char *context, uint64_t offset,
              nbd_extent *extents, size_t count, int *error)
{
  struct step *s = opaque;
  (void) error;
  if (strcmp (context, s->walk->of->context) != 0 || offset != s->next)
    return 0;
  if (s->count + count > s->allocated) {
    size_t n = s->count + count;
    nbd_extent *more = realloc (s->extents, n * sizeof *more);
    if (more == NULL) {
      s->out_of_memory = true;
      return 0;
    }
    s->extents = more;
    s->allocated = n;
  }
  for (size_t i = 0; i < count && s->next < s->end; i++) {
    nbd_extent e = extents[i];
    if (e.length == 0)
      continue;
    if (e.length > s->end - s->next)
      e.length = s->end - s->next;
    s->extents[s->count++] = e;
    s->next += e.length;
  }
  return 0;
}

static void
ask (struct step *s)
{
  struct walk *w = s->walk;
  s->begin = s->next;
  s->count = 0;
  s->length = s->end - s->next;
  if (s->length > w->reach.next)
    s->length = w->reach.next;
  s->cookie = nbd_aio_block_status_64 (
    w->of->h, s->length, s->next,
    (nbd_extent64_callback) { .callback = take_extents, .user_data = s },
    NBD_NULL_COMPLETION, 0);
  if (s->cookie == -1)
    tool_nbd_fail (NULL);
}

static struct step *
nth_step (struct walk *w, size_t n)
{
  return &w->ring[(w->first + n) % MAX_STEPS];
}

/* As long as requests are short because some failed, nobody knows where the
 * next one has to begin. */
static void
ask_ahead (struct walk *w)
{
  while (w->steps < w->window && w->ahead < w->end
         && (w->steps == 0 || w->reach.next == w->reach.most)) {
    struct step *s = nth_step (w, w->steps);
    uint64_t size = w->end - w->ahead;
    if (size > w->reach.most)
      size = w->reach.most;
    s->walk = w;
    s->next = w->ahead;
    s->end = w->ahead + size;
    ask (s);
    w->steps++;
    w->ahead = s->end;
  }
}

static int
deliver_merged (struct walk *w)
{
  const struct tool_walk *of = w->of;
  struct merged m = w->merged;
  w->merged = (struct merged) { .offset = m.offset + m.length };
  if (m.length == 0)
    return 0;
  if (m.why == NULL)
    return of->extent (of->opaque, m.offset, m.length, m.type);
  int r = of->unknown (of->opaque, m.offset, m.length, m.why);
  free (m.why);
  return r;
}

/* Deliver what follows; WHY, which is freed later, if it is unknown. */
static int
deliver (struct walk *w, uint64_t length, uint64_t type, char *why)
{
  struct merged *m = &w->merged;
  bool same = why != NULL ? m->why != NULL
    : m->why == NULL && m->type == type;
  if (m->length > 0 && same)
    free (why);                 /* the first reason says enough */
  else {
    int r = deliver_merged (w);
    if (r != 0) {
      free (why);
      return r;
    }
    m->type = type;
    m->why = why;
  }
  m->length += length;
  return 0;
}

/* Deliver what the oldest step has got. */
static int
deliver_extents (struct walk *w, struct step *s)
{
  for (size_t i = 0; i < s->count; i++) {
    int r = deliver (w, s->extents[i].length, s->extents[i].flags, NULL);
    if (r != 0)
      return r;
  }
  return 0;
}

/* Wait until the step's request is answered.  False if it failed. */
static bool
await (struct walk *w, struct step *s)
{
  struct nbd_handle *h = w->of->h;
  while (s->cookie != -1) {
    int r = nbd_aio_command_completed (h, s->cookie);
    if (r != 0)
      s->cookie = -1;
    if (r == -1) {
      tool_check_signal ();
      if (nbd_aio_is_dead (h) == 1 || nbd_aio_is_closed (h) == 1)
        tool_fail ("%s at offset %" PRIu64 ": %s", w->of->context, s->begin,
                   tool_nbd_error ());
      return false;
    }
    if (r == 0) {
      fflush (stdout);
      if (tool_poll (h, -1) == -1)
        tool_nbd_fail (NULL);
    }
  }
  if (s->out_of_memory)
    tool_fail ("out of memory for the extents that the server sent");
  return true;
}

/* The oldest step's request did not help. */
static int
step_failed (struct walk *w, struct step *s, const char *why)
{
  uint64_t unknown = tool_reach_failed (&w->reach, s->length);
  s->next = s->begin;
  if (unknown == 0)
    return 0;
  uint64_t left = s->end - s->next;
  if (unknown == UINT64_MAX) {
    w->given_up = true;
    left = w->end - s->next;
  }
  if (unknown > left)
    unknown = left;
  s->next += unknown;
  return deliver (w, unknown, 0, tool_format ("%s", why));
}

/* Serve the oldest step until all of it was delivered. */
static int
serve_first (struct walk *w)
{
  struct step *s = nth_step (w, 0);
  for (;;) {
    int r;
    if (!await (w, s))
      r = step_failed (w, s, tool_nbd_error ());
    else if (s->count == 0)
      r = step_failed (w, s, "the server's answer is empty");
    else {
      tool_reach_answered (&w->reach);
      if (s->count >= MANY_EXTENTS)
        w->window = 2;
      else if (w->window < MAX_STEPS)
        w->window++;
      r = deliver_extents (w, s);
    }
    tool_progress (s->next - w->of->offset, w->of->length);
    if (r != 0 || s->next >= s->end)
      return r;
    ask (s);
  }
}

/* Requests that nobody waits for any more still write to their steps. */
static void
free_walk (struct walk *w)
{
  for (size_t i = 0; i < w->steps; i++)
    await (w, nth_step (w, i));
  for (size_t i = 0; i < MAX_STEPS; i++)
    free (w->ring[i].extents);
  free (w->merged.why);
  free (w);
}

int
tool_each_extent (const struct tool_walk *walk)
{
  struct walk *w = tool_alloc (sizeof *w);
  bool extended = nbd_get_extended_headers_negotiated (walk->h) == 1;
  w->of = walk;
  w->ahead = w->merged.offset = walk->offset;
  w->end = walk->offset + walk->length;
  tool_reach_start (&w->reach, extended ? UINT64_MAX : STEP_32);
  w->window = 2;

  int r = 0;
  while (r == 0 && !w->given_up) {
    ask_ahead (w);
    if (w->steps == 0)
      break;
    r = serve_first (w);
    w->first = (w->first + 1) % MAX_STEPS;
    w->steps--;
  }
  if (r == 0)
    r = deliver_merged (w);
  free_walk (w);
  return r;
}
