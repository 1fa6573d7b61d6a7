/* SPDX-License-Identifier: MIT */
/* Ghosts: modifying commands that a server may still carry out at any time,
 * although the program no longer waits for them.  A new command that
 * overlaps one must wait, or the old data might overwrite the new. */

#include "session/unsettled.h"

#include <poll.h>
#include <unistd.h>

struct nbdi_witness *
nbdi_new_witness (int fd)
{
  struct nbdi_witness *w = malloc (sizeof *w);

  if (w != NULL)
    *w = (struct nbdi_witness) { .fd = fd, .users = 1 };
  return w;
}

struct nbdi_witness *
nbdi_get_witness (struct nbdi_witness *w)
{
  if (w != NULL)
    w->users++;
  return w;
}

void
nbdi_put_witness (struct nbdi_witness *w)
{
  if (w == NULL || --w->users > 0)
    return;
  nbdi_hold ();
  close (w->fd);
  free (w);
}

/* Whether the server's process has ended.  The witness is polled once in
 * each round. */
static bool
is_gone (struct nbdi_witness *w, unsigned round)
{
  if (w == NULL)
    return false;
  if (!w->gone && w->round != round) {
    struct pollfd fd = { .fd = w->fd, .events = POLLIN };
    nbdi_hold ();
    w->gone = poll (&fd, 1, 0) == 1 && !(fd.revents & POLLNVAL);
    w->round = round;
  }
  return w->gone;
}

/* The timer is for ghosts that end by time. */
static void
note_expiry (struct nbdi_ghosts *g, const struct nbdi_ghost *ghost)
{
  if (!ghost->lost || ghost->shadows > 0 || ghost->expires == 0)
    return;
  if (g->next_expiry == 0 || ghost->expires < g->next_expiry)
    g->next_expiry = ghost->expires;
}

static void
append_ghost (struct nbdi_ghosts *g, struct nbdi_ghost *ghost)
{
  ghost->next = NULL;
  ghost->prev = g->last;
  *(g->last ? &g->last->next : &g->first) = ghost;
  g->last = ghost;
  g->nr++;
  nbdi_reserve_ranges (&g->ranges);
  nbdi_add_range (&g->ranges, &ghost->range);
}

static void
drop_ghost (struct nbdi_ghosts *g, struct nbdi_ghost *ghost)
{
  nbdi_remove_range (&g->ranges, &ghost->range);
  *(ghost->prev ? &ghost->prev->next : &g->first) = ghost->next;
  *(ghost->next ? &ghost->next->prev : &g->last) = ghost->prev;
  g->nr--;
  nbdi_put_witness (ghost->witness);
  if (ghost == &g->rest)
    g->rest = (struct nbdi_ghost) { .shadows = 0 };
  else
    free (ghost);
}

/* Add this range to the one ghost that stands for all for which there was
 * no memory. */
static struct nbdi_ghost *
widen_rest (struct nbdi_ghosts *g, uint64_t offset, uint64_t count)
{
  struct nbdi_range *r = &g->rest.range;

  if (!g->rest.lost && g->rest.shadows == 0) {
    r->offset = offset;
    r->count = count;
    append_ghost (g, &g->rest);
    return &g->rest;
  }
  uint64_t last = nbdi_last_byte (offset, count);
  uint64_t rest_last = nbdi_last_byte (r->offset, r->count);
  nbdi_remove_range (&g->ranges, r);
  if (last < rest_last)
    last = rest_last;
  if (r->offset > offset)
    r->offset = offset;
  r->count = last - r->offset;
  if (r->count < UINT64_MAX)
    r->count++;
  nbdi_add_range (&g->ranges, r);
  return &g->rest;
}

/* A new ghost, which nothing ends as yet. */
static struct nbdi_ghost *
new_ghost (struct nbdi_ghosts *g, uint64_t offset, uint64_t count)
{
  struct nbdi_ghost *ghost = calloc (1, sizeof *ghost);

  if (ghost == NULL)
    return widen_rest (g, offset, count);
  ghost->range.offset = offset;
  ghost->range.count = count;
  append_ghost (g, ghost);
  return ghost;
}

/* The link of a ghost is lost.  If several lost links have the same ghost,
 * it ends at the latest of their times, and by a witness only if all have
 * the same one. */
static void
lose (struct nbdi_ghosts *g, struct nbdi_ghost *ghost, uint64_t expires,
      struct nbdi_witness *witness)
{
  if (!ghost->lost) {
    ghost->lost = true;
    ghost->expires = expires;
    ghost->witness = nbdi_get_witness (witness);
  }
  else {
    if (ghost->expires != 0 && (expires == 0 || expires > ghost->expires))
      ghost->expires = expires;
    if (ghost->witness != witness) {
      nbdi_put_witness (ghost->witness);
      ghost->witness = NULL;
    }
  }
  note_expiry (g, ghost);
}

void
nbdi_add_ghost (struct nbdi_ghosts *g, uint64_t offset, uint64_t count,
                uint64_t expires, struct nbdi_witness *witness)
{
  lose (g, new_ghost (g, offset, count), expires, witness);
}

void
nbdi_add_entry_ghost (struct nbdi_ghosts *g, uint64_t offset, uint64_t count,
                      uint64_t expires, struct nbdi_witness *witness)
{
  struct nbdi_ghost *ghost = new_ghost (g, offset, count);

  ghost->entry = true;
  lose (g, ghost, expires, witness);
}

struct nbdi_ghost *
nbdi_add_shadow (struct nbdi_ghosts *g, uint64_t offset, uint64_t count)
{
  struct nbdi_ghost *ghost = new_ghost (g, offset, count);

  ghost->shadows++;
  return ghost;
}

void
nbdi_lay_shadow (struct nbdi_ghosts *g, struct nbdi_ghost *ghost)
{
  ghost->shadows--;
  if (ghost->shadows == 0 && !ghost->lost)
    drop_ghost (g, ghost);
  else
    note_expiry (g, ghost);
}

void
nbdi_lose_shadow (struct nbdi_ghosts *g, struct nbdi_ghost *ghost,
                  uint64_t expires, struct nbdi_witness *witness)
{
  ghost->shadows--;
  lose (g, ghost, expires, witness);
}

size_t
nbdi_lay_ghosts (struct nbdi_ghosts *g, uint64_t now)
{
  struct nbdi_ghost *ghost = g->first, *next;
  size_t nr = g->nr;

  g->round++;
  g->next_expiry = 0;
  for (; ghost != NULL; ghost = next) {
    next = ghost->next;
    bool expired = ghost->expires != 0 && ghost->expires <= now;
    if (ghost->lost && ghost->shadows == 0
        && (expired || is_gone (ghost->witness, g->round)))
      drop_ghost (g, ghost);
    else
      note_expiry (g, ghost);
  }
  return nr - g->nr;
}

bool
nbdi_is_haunted_by_entry (const struct nbdi_ghosts *g, uint64_t offset,
                          uint64_t count)
{
  struct nbdi_range *r = nbdi_first_overlap (&g->ranges, offset, count);

  while (r != NULL && !((struct nbdi_ghost *) r)->entry)
    r = nbdi_next_overlap (&g->ranges, r, offset, count);
  return r != NULL;
}

void
nbdi_free_ghosts (struct nbdi_ghosts *g)
{
  while (g->first != NULL)
    drop_ghost (g, g->first);
  nbdi_trim_ranges (&g->ranges);
  g->next_expiry = 0;
}
