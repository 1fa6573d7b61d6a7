/* SPDX-License-Identifier: MIT */
/* Walking over extents.
 *
 * The range is cut into steps, one for each request.  A ring of steps is in
 * flight, of which the oldest is served first.  Servers may answer for the
 * beginning of a step only; the rest is then asked for again.
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
  uint64_t next, end;           /* what was not answered yet */
  int64_t cookie;               /* of the request, or -1 */
  nbd_extent *extents;          /* answered, but not delivered yet */
  size_t count, allocated;
  bool failed;                  /* out of memory */
  struct walk *walk;
};

struct walk {
  struct nbd_handle *h;
  const char *context;
  uint64_t offset, end;         /* the range */
  uint64_t ahead;               /* steps begin here next */
  uint64_t step_size;
  struct step ring[MAX_STEPS];
  size_t first, steps;          /* steps in use */
  size_t window;                /* steps wanted */
  struct { uint64_t offset, length, type; } merged;
  tool_extent_function *function;
  void *opaque;
};

/* Keep what of the server's extents belongs to the step. */
static int
take_extents (void *opaque, const char *context, uint64_t offset,
              nbd_extent *extents, size_t count, int *error)
{
  struct step *s = opaque;
  (void) error;
  if (strcmp (context, s->walk->context) != 0 || offset != s->next)
    return 0;
  if (s->count + count > s->allocated) {
    size_t n = s->count + count;
    nbd_extent *more = realloc (s->extents, n * sizeof *more);
    if (more == NULL) {
      s->failed = true;
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
  s->cookie = nbd_aio_block_status_64 (
    w->h, s->end - s->next, s->next,
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

static void
ask_ahead (struct walk *w)
{
  while (w->steps < w->window && w->ahead < w->end) {
    struct step *s = nth_step (w, w->steps);
    uint64_t size = w->end - w->ahead;
    if (size > w->step_size)
      size = w->step_size;
    s->walk = w;
    s->next = w->ahead;
    s->end = w->ahead + size;
    s->count = 0;
    ask (s);
    w->steps++;
    w->ahead = s->end;
  }
}

static int
deliver_merged (struct walk *w)
{
  if (w->merged.length == 0)
    return 0;
  uint64_t length = w->merged.length;
  w->merged.length = 0;
  return w->function (w->opaque, w->merged.offset, length, w->merged.type);
}

/* Deliver what the oldest step has got. */
static int
deliver (struct walk *w, struct step *s)
{
  uint64_t offset = w->merged.offset + w->merged.length;
  for (size_t i = 0; i < s->count; i++) {
    const nbd_extent *e = &s->extents[i];
    if (w->merged.length > 0 && w->merged.type == e->flags)
      w->merged.length += e->length;
    else {
      int r = deliver_merged (w);
      if (r != 0)
        return r;
      w->merged.offset = offset;
      w->merged.length = e->length;
      w->merged.type = e->flags;
    }
    offset += e->length;
  }
  s->count = 0;
  tool_progress (offset - w->offset, w->end - w->offset);
  return 0;
}

static void
fail_at (const struct walk *w, uint64_t offset)
{
  tool_check_signal ();
  tool_fail ("%s at offset %" PRIu64 ": %s", w->context, offset,
             tool_nbd_error ());
}

/* Wait until the step's request is answered. */
static void
await (struct walk *w, struct step *s)
{
  while (s->cookie != -1) {
    int r = nbd_aio_command_completed (w->h, s->cookie);
    if (r == 1)
      s->cookie = -1;
    else if (r == -1)
      fail_at (w, s->next);
    else {
      fflush (stdout);
      if (tool_poll (w->h, -1) == -1)
        tool_nbd_fail (NULL);
    }
  }
  if (s->failed)
    tool_fail ("out of memory for the extents that the server sent");
}

/* Serve the oldest step until all of it was delivered. */
static int
serve_first (struct walk *w)
{
  struct step *s = nth_step (w, 0);
  for (;;) {
    await (w, s);
    if (s->count == 0)
      tool_fail ("the server said nothing about %s at offset %" PRIu64,
                 w->context, s->next);
    if (s->count >= MANY_EXTENTS)
      w->window = 2;
    else if (w->window < MAX_STEPS)
      w->window++;
    int r = deliver (w, s);
    if (r != 0 || s->next == s->end)
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
  free (w);
}

int
tool_each_extent (struct nbd_handle *h, const char *context, uint64_t offset,
                  uint64_t length, tool_extent_function *function,
                  void *opaque)
{
  struct walk *w = tool_alloc (sizeof *w);
  bool extended = nbd_get_extended_headers_negotiated (h) == 1;
  w->h = h;
  w->context = context;
  w->offset = w->ahead = w->merged.offset = offset;
  w->end = offset + length;
  w->step_size = extended ? UINT64_MAX : STEP_32;
  w->window = 2;
  w->function = function;
  w->opaque = opaque;

  int r = 0;
  for (;;) {
    ask_ahead (w);
    if (w->steps == 0)
      break;
    r = serve_first (w);
    if (r != 0)
      break;
    w->first = (w->first + 1) % MAX_STEPS;
    w->steps--;
  }
  if (r == 0)
    r = deliver_merged (w);
  free_walk (w);
  return r;
}
