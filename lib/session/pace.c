/* SPDX-License-Identifier: MIT */
/* When the library flushes by itself.  While the journal is small its memory
 * stays in a near cache, where copying costs half as much; also less has to be
 * written again.  But what a flush costs the server is not known before.  So
 * from a little on there is one as long as flushes take little of the time; and
 * in any case when the journal is half full. */

#include "session/unsettled.h"

/* Less than that is not worth a flush, and how often the clock is looked at. */
#define LITTLE 1048576
#define STEP 131072

/* Between flushes passes so many times what one took, or by how much it delayed
 * all else: a server that works in order does nothing else meanwhile.  As to
 * that, less than a part of what it took may be chance. */
#define UNDER_WAY 4
#define DELAYED 32
#define CHANCE 4

/* After one that failed, in nanoseconds. */
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

/* How long commands were surely delayed by a flush that took this time: without
 * it as many would have been acknowledged as before. */
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
