/* SPDX-License-Identifier: MIT */
/* When the library sends a flush of its own.  While the journal is small,
 * its memory stays in the processor's cache, where copying costs half as
 * much; also less has to be sent again.  But how much a flush costs the
 * server is not known in advance.  So once the journal has a certain size,
 * the library flushes as long as flushes take only a small part of the
 * time; and always when the journal is half full. */

#include "session/unsettled.h"

/* The smallest journal that is worth a flush, and after how many bytes more
 * the clock is read again. */
#define LITTLE 1048576
#define STEP 131072

/* The time between flushes: UNDER_WAY times the duration of the last one,
 * or DELAYED times the delay that it caused to other commands, whichever is
 * longer: a server that works in order does nothing else during a flush.  A
 * delay below 1/CHANCE of the duration may be chance, and is ignored. */
#define UNDER_WAY 4
#define DELAYED 32
#define CHANCE 4

/* The least time after a flush that failed, in nanoseconds. */
#define AFTER_FAILURE UINT64_C (1000000000)

void
nbdi_restart_pace (struct nbdi_pace *p)
{
  p->look = LITTLE;
}

bool
nbdi_pace_allows (struct nbdi_pace *p, uint64_t bytes, uint64_t now)
{
  if (now >= p->next)
    return true;
  p->look = bytes + STEP;
  return false;
}

void
nbdi_flush_left (struct nbdi_pace *p, uint64_t seq, uint64_t now)
{
  p->gathering = now - p->ended;
  p->gathered = seq - p->last_seq;
  p->began = now;
  p->last_seq = seq;
}

/* For how long, at least, a flush that took this time delayed other
 * commands.  Without it, commands would have been acknowledged at the same
 * rate as before. */
static uint64_t
delay (const struct nbdi_pace *p, uint64_t seq, uint64_t took)
{
  if (p->gathered == 0)
    return took;
  double undisturbed = (double) p->gathering * (seq - p->last_seq)
                       / p->gathered;
  undisturbed += took / CHANCE;
  return undisturbed < took ? took - (uint64_t) undisturbed : 0;
}

void
nbdi_flush_answered (struct nbdi_pace *p, uint64_t seq, uint64_t now,
                     bool failed)
{
  uint64_t took = now - p->began;
  uint64_t wait = UNDER_WAY * took, other = DELAYED * delay (p, seq, took);

  if (wait < other)
    wait = other;
  if (failed && wait < AFTER_FAILURE)
    wait = AFTER_FAILURE;
  p->next = now + wait;
  p->ended = now;
  p->last_seq = seq;
}
