/* SPDX-License-Identifier: MIT */
/* Which ranges the destination has acknowledged, and which of them are
 * durable.  Before a flush all acknowledged ranges are set aside.  If the flush
 * succeeds, and the connection is not lost meanwhile, these are durable.  If
 * the connection is lost, the same worker copies all ranges again that are not
 * durable. */
#include <config.h>

#include <stdlib.h>

#include "engine/done.h"

/* Flush at least this often, but not more than a tenth of the time. */
#define FLUSH_SECONDS 5
#define FLUSH_SHARE 10

enum { OF_DATA, OF_ZEROES, OF_BAD, KINDS };

struct done {
  struct ranges recent[KINDS], aside[KINDS];
  struct extents again;
  uint64_t bytes;  /* of data among the recent ranges */
  unsigned losses; /* that were noticed */
  unsigned row;    /* losses since the last flush that succeeded */
  double flush_began, flush_ended, flush_took;
};

static unsigned
losses_of (const struct copy *c, unsigned i)
{
  return c->to->ops->losses ? c->to->ops->losses (c->to, i) : 0;
}

void
done_begin (struct copy *c)
{
  c->track = c->settings.resume || c->to->forgets;
  c->done = tool_alloc (c->worker_count * sizeof *c->done);
  for (unsigned i = 0; i < c->worker_count; i++) {
    c->done[i].losses = losses_of (c, i);
    c->done[i].flush_ended = tool_now ();
  }
}

void
done_add (struct copy *c, unsigned i, const struct extent *what)
{
  struct done *d = &c->done[i];

  if (!c->track)
    return;
  ranges_add (&d->recent[what->kind == ZERO], what->start, what->end);
  if (what->kind == DATA)
    d->bytes += what->end - what->start;
}

void
done_add_bad (struct copy *c, unsigned i, uint64_t start, uint64_t end)
{
  if (c->track)
    ranges_add (&c->done[i].recent[OF_BAD], start, end);
}

/* Set aside what will be durable after the next flush. */
static void
set_aside (struct done *d)
{
  for (int i = 0; i < KINDS; i++) {
    ranges_merge (&d->aside[i], &d->recent[i]);
    ranges_clear (&d->recent[i]);
  }
  d->bytes = 0;
  d->flush_began = tool_now ();
}

/* The bytes between two flushes, --checkpoint, are divided among the
 * workers. */
bool
done_flush_is_due (struct copy *c, unsigned i)
{
  struct done *d = &c->done[i];

  if (!c->track || !c->to->can_flush || c->verifying
      || d->recent[OF_DATA].count + d->recent[OF_ZEROES].count == 0)
    return false;
  double since = tool_now () - d->flush_ended;
  if ((d->bytes < c->settings.checkpoint / c->worker_count
       && since < FLUSH_SECONDS)
      || since < d->flush_took * FLUSH_SHARE)
    return false;
  set_aside (d);
  return true;
}

int
done_flushed (struct copy *c, unsigned i)
{
  struct done *d = &c->done[i];
  struct ranges durable = { .count = 0 };

  for (int kind = 0; kind < KINDS; kind++) {
    if (kind != OF_BAD)
      ranges_merge (&durable, &d->aside[kind]);
    ranges_clear (&d->aside[kind]);
  }
  d->row = 0;
  d->flush_ended = tool_now ();
  d->flush_took = d->flush_ended - d->flush_began;
  int r = c->settings.resume ? journal_add (c, &durable) : 0;
  ranges_clear (&durable);
  return r;
}

/* If the connection is lost again and again before a flush, the copy makes no
 * progress: fail. */
static void
count_loss (struct copy *c, struct done *d)
{
  if (++d->row > c->settings.most_losses)
    copy_fail (c,
               "%s: the connection was lost %u times before anything was "
               "durable; more attempts may help, or a smaller --checkpoint",
               c->to->name, d->row);
}

static void
do_again (struct done *d, struct ranges *lost, enum kind kind)
{
  for (size_t i = 0; i < lost->count; i++)
    extents_push (&d->again, (struct extent) {
                               .start = lost->list[i].start,
                               .end = lost->list[i].end,
                               .kind = kind,
                               .again = true,
                             });
  ranges_clear (lost);
}

/* To a fresh destination zeroes were not written, so they cannot be lost. */
bool
done_notice_losses (struct copy *c, unsigned i, unsigned losses)
{
  struct done *d = &c->done[i];

  if (losses == d->losses)
    return false;
  d->losses = losses;
  if (!c->track)
    return true;
  count_loss (c, d);
  for (int kind = 0; kind < KINDS; kind++) {
    ranges_merge (&d->recent[kind], &d->aside[kind]);
    ranges_clear (&d->aside[kind]);
    if (kind != OF_ZEROES)
      do_again (d, &d->recent[kind], DATA);
    else if (!c->to->fresh)
      do_again (d, &d->recent[kind], ZERO);
  }
  d->bytes = 0;
  return true;
}

bool
done_take_again (struct copy *c, unsigned i, struct extent *what)
{
  struct extents *again = &c->done[i].again;

  if (c->verifying || extents_first (again) == NULL)
    return false;
  work_cut (c, again, what);
  return true;
}

bool
done_is_to_go_on (const struct copy *c)
{
  for (unsigned i = 0; i < c->worker_count; i++)
    if (c->done[i].again.count > 0)
      return true;
  return false;
}

uint64_t
done_lowest (const struct copy *c, uint64_t lowest)
{
  for (unsigned i = 0; i < c->worker_count; i++) {
    const struct extents *again = &c->done[i].again;
    for (size_t j = 0; j < again->count; j++)
      lowest = MIN (lowest, again->list[again->head + j].start);
  }
  return lowest;
}

int
done_keep (struct copy *c)
{
  int r = 0;

  for (unsigned i = 0; i < c->worker_count && r == 0; i++) {
    set_aside (&c->done[i]);
    r = done_flushed (c, i);
  }
  return r;
}

void
done_free (struct copy *c)
{
  for (unsigned i = 0; c->done != NULL && i < c->worker_count; i++) {
    for (int kind = 0; kind < KINDS; kind++) {
      ranges_clear (&c->done[i].recent[kind]);
      ranges_clear (&c->done[i].aside[kind]);
    }
    extents_free (&c->done[i].again);
  }
  free (c->done);
}
