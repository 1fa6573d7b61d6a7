/* SPDX-License-Identifier: MIT */
/* What was acknowledged by the destination, and what of it is durable.
 * Before a flush all that is done is set aside; when the flush succeeded
 * that much is durable. */
#include <config.h>

#include <stdlib.h>

#include "engine/done.h"

/* Flush at least this often, but not more than a tenth of the time. */
#define FLUSH_SECONDS 5
#define FLUSH_SHARE 10

enum { OF_DATA, OF_ZEROES, OF_BAD, KINDS };

struct done {
  pthread_mutex_t lock;
  struct ranges recent[KINDS], aside[KINDS];
  uint64_t bytes; /* of data among the recent ones */
  double flush_began, flush_ended, flush_took;
};

void
done_begin (struct copy *c)
{
  struct done *d = tool_alloc (sizeof *d);

  pthread_mutex_init (&d->lock, NULL);
  d->flush_ended = tool_now ();
  c->done = d;
  c->track = c->settings.resume
             || (c->settings.retry > 0 && c->to->reconnects);
}

void
done_add (struct copy *c, const struct extent *what)
{
  struct done *d = c->done;

  if (!c->track)
    return;
  pthread_mutex_lock (&d->lock);
  ranges_add (&d->recent[what->kind == ZERO], what->start, what->end);
  if (what->kind == DATA)
    d->bytes += what->end - what->start;
  pthread_mutex_unlock (&d->lock);
}

void
done_add_bad (struct copy *c, uint64_t start, uint64_t end)
{
  struct done *d = c->done;

  if (!c->track)
    return;
  pthread_mutex_lock (&d->lock);
  ranges_add (&d->recent[OF_BAD], start, end);
  pthread_mutex_unlock (&d->lock);
}

/* With the lock held: what is done so far is durable after the next flush. */
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

bool
done_flush_is_due (struct copy *c)
{
  struct done *d = c->done;
  bool due = false;

  if (!c->track || !c->to->can_flush || c->verifying)
    return false;
  pthread_mutex_lock (&d->lock);
  if (d->recent[0].count + d->recent[1].count > 0) {
    double since = tool_now () - d->flush_ended;
    due = (d->bytes >= c->settings.checkpoint || since >= FLUSH_SECONDS)
          && since >= d->flush_took * FLUSH_SHARE;
  }
  if (due)
    set_aside (d);
  pthread_mutex_unlock (&d->lock);
  return due;
}

int
done_flushed (struct copy *c)
{
  struct done *d = c->done;
  struct ranges durable = { .count = 0 };

  pthread_mutex_lock (&d->lock);
  for (int i = 0; i < KINDS; i++) {
    if (i != OF_BAD)
      ranges_merge (&durable, &d->aside[i]);
    ranges_clear (&d->aside[i]);
  }
  c->losses = 0;
  d->flush_ended = tool_now ();
  d->flush_took = d->flush_ended - d->flush_began;
  pthread_mutex_unlock (&d->lock);
  int r = c->settings.resume ? journal_add (c, &durable) : 0;
  ranges_clear (&durable);
  return r;
}

/* A server that never lives until it has flushed makes no progress. */
void
done_destination_lost (struct copy *c)
{
  if (++c->losses > c->settings.retry)
    copy_fail (c,
               "%s: the connection was lost %u times before anything was "
               "durable; more attempts may help, or a smaller --checkpoint",
               c->to->name, (unsigned) c->losses);
}

/* What need not be written to a destination that reads as zeroes is not
 * lost with it. */
void
done_redo (struct copy *c)
{
  struct done *d = c->done;
  struct ranges lost[KINDS] = { { .count = 0 } };

  pthread_mutex_lock (&d->lock);
  for (int i = 0; i < KINDS; i++) {
    ranges_merge (&lost[i], &d->recent[i]);
    ranges_merge (&lost[i], &d->aside[i]);
    if (i == OF_ZEROES && c->to->fresh)
      continue;
    ranges_clear (&d->recent[i]);
    ranges_clear (&d->aside[i]);
  }
  pthread_mutex_unlock (&d->lock);
  for (int i = 0; i < KINDS; i++) {
    bool stays = i == OF_ZEROES && c->to->fresh;
    for (size_t j = 0; j < lost[i].count && !stays; j++)
      work_return (c,
                   (struct extent) { .start = lost[i].list[j].start,
                                     .end = lost[i].list[j].end,
                                     .kind = i == OF_ZEROES ? ZERO : DATA });
    ranges_clear (&lost[i]);
  }
}

int
done_keep (struct copy *c)
{
  struct done *d = c->done;

  pthread_mutex_lock (&d->lock);
  set_aside (d);
  pthread_mutex_unlock (&d->lock);
  return done_flushed (c);
}

void
done_free (struct copy *c)
{
  struct done *d = c->done;

  for (int i = 0; i < KINDS && d != NULL; i++) {
    ranges_clear (&d->recent[i]);
    ranges_clear (&d->aside[i]);
  }
  free (d);
}
