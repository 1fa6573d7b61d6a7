/* SPDX-License-Identifier: MIT */
/* What was acknowledged by the destination, and what of it is durable.
 * Before a flush all that is done is set aside; when the flush succeeded
 * that much is durable. */
#include <config.h>

#include "copy.h"

/* Flush at least this often, but not more than a tenth of the time. */
#define FLUSH_SECONDS 5
#define FLUSH_SHARE 10

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
enum { OF_DATA, OF_ZEROES, OF_BAD, KINDS };
static struct ranges recent[KINDS], aside[KINDS];
static uint64_t bytes;
static double flush_began, flush_ended, flush_took;

void
done_begin (struct copy *c)
{
  c->track = c->o.resume || (c->o.retry > 0 && c->to->again);
  flush_ended = tool_now ();
}

void
done_add (struct copy *c, const struct extent *what)
{
  if (!c->track)
    return;
  pthread_mutex_lock (&lock);
  ranges_add (&recent[what->kind == ZERO], what->start, what->end);
  if (what->kind == DATA)
    bytes += what->end - what->start;
  pthread_mutex_unlock (&lock);
}

void
done_add_bad (struct copy *c, uint64_t start, uint64_t end)
{
  if (!c->track)
    return;
  pthread_mutex_lock (&lock);
  ranges_add (&recent[OF_BAD], start, end);
  pthread_mutex_unlock (&lock);
}

/* With the lock held: what is done so far is durable after the next flush. */
static void
set_aside (void)
{
  for (int i = 0; i < KINDS; i++) {
    ranges_merge (&aside[i], &recent[i]);
    ranges_clear (&recent[i]);
  }
  bytes = 0;
  flush_began = tool_now ();
}

bool
done_due (struct copy *c)
{
  bool due = false;

  if (!c->track || !c->to->can_flush || c->verifying)
    return false;
  pthread_mutex_lock (&lock);
  if (recent[0].count + recent[1].count > 0) {
    double since = tool_now () - flush_ended;
    due = (bytes >= c->o.checkpoint || since >= FLUSH_SECONDS)
      && since >= flush_took * FLUSH_SHARE;
  }
  if (due)
    set_aside ();
  pthread_mutex_unlock (&lock);
  return due;
}

int
done_flushed (struct copy *c)
{
  struct ranges durable = { .count = 0 };

  pthread_mutex_lock (&lock);
  for (int i = 0; i < KINDS; i++) {
    if (i != OF_BAD)
      ranges_merge (&durable, &aside[i]);
    ranges_clear (&aside[i]);
  }
  c->losses = 0;
  flush_ended = tool_now ();
  flush_took = flush_ended - flush_began;
  pthread_mutex_unlock (&lock);
  int r = c->o.resume ? journal_add (c, &durable) : 0;
  ranges_clear (&durable);
  return r;
}

/* A server that never lives until it has flushed makes no progress. */
void
done_lost (struct copy *c)
{
  if (++c->losses > c->o.retry)
    copy_fail (c, "%s: the connection was lost %u times before anything was "
               "durable; more attempts may help, or a smaller --checkpoint",
               c->to->name, (unsigned) c->losses);
}

/* What need not be written to a destination that reads as zeroes is not
 * lost with it. */
void
done_again (struct copy *c)
{
  struct ranges lost[KINDS] = { { .count = 0 } };

  pthread_mutex_lock (&lock);
  for (int i = 0; i < KINDS; i++) {
    ranges_merge (&lost[i], &recent[i]);
    ranges_merge (&lost[i], &aside[i]);
    if (i == OF_ZEROES && c->to->fresh)
      continue;
    ranges_clear (&recent[i]);
    ranges_clear (&aside[i]);
  }
  pthread_mutex_unlock (&lock);
  for (int i = 0; i < KINDS; i++) {
    bool stays = i == OF_ZEROES && c->to->fresh;
    for (size_t j = 0; j < lost[i].count && !stays; j++)
      work_return (c, (struct extent) {
          .start = lost[i].list[j].start, .end = lost[i].list[j].end,
          .kind = i == OF_ZEROES ? ZERO : DATA });
    ranges_clear (&lost[i]);
  }
}

int
done_keep (struct copy *c)
{
  pthread_mutex_lock (&lock);
  set_aside ();
  pthread_mutex_unlock (&lock);
  return done_flushed (c);
}

void
done_end (struct copy *c)
{
  (void) c;
  for (int i = 0; i < KINDS; i++) {
    ranges_clear (&recent[i]);
    ranges_clear (&aside[i]);
  }
}
