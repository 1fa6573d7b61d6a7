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
#define LITTLE 524288
#define STEP 65536

/* The time between flushes: UNDER_WAY times the duration of the last one,
 * or DELAYED times the delay that it caused to other commands, whichever is
 * longer: a server that works in order does nothing else during a flush.  A
 * delay below 1/CHANCE of the duration may be chance, and is ignored. */
#define UNDER_WAY 4
#define DELAYED 32
#define CHANCE 4

/* A flush that takes less than QUICK nanoseconds writes to no disk.  Once
 * SEVERAL flushes show together that they delay nothing, a quick one may
 * follow after the duration of the last one.  The delay of a single one is
 * mostly chance. */
#define QUICK 1000000
#define SEVERAL 16

/* A flush that takes longer than this many average ones counts as that many:
 * mostly another program had the processor. */
#define OUTLIER 4

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
nbdi_flush_asked (struct nbdi_pace *p)
{
  p->asked = true;
}

void
nbdi_flush_left (struct nbdi_pace *p, uint64_t now)
{
  /* If it is sent again, the outage is not a delay that it caused. */
  if (p->under_way)
    p->asked = true;
  p->under_way = true;
  p->sent = now;
}

void
nbdi_flush_answered (struct nbdi_pace *p, bool failed)
{
  p->asked = false;
  p->under_way = false;
  p->answered = true;
  p->failed = failed;
  p->next = UINT64_MAX;
}

/* For how long a flush delayed other commands, in nanoseconds.  Without the
 * flush, commands would have been acknowledged at the same rate as before
 * it.  By chance the result may be negative, and if the program was idle
 * before, it would be without limit. */
static double
delay (const struct nbdi_pace *p, uint64_t seq, uint64_t now)
{
  double elapsed = (double) (now - p->turn);

  if (p->gathered == 0)
    return elapsed;
  double undisturbed = (double) p->gathering * (double) (seq - p->turn_seq)
                       / (double) p->gathered;
  return undisturbed < 2 * elapsed ? elapsed - undisturbed : -elapsed;
}

/* Add a flush to the averages, in which the last SEVERAL count most. */
static void
average (struct nbdi_pace *p, double took, double delayed)
{
  double most = OUTLIER * p->took;

  if (p->measured < SEVERAL)
    p->measured++;
  else if (most > 0 && took > most) {
    delayed *= most / took;
    took = most;
  }
  p->took += (took - p->took) / p->measured;
  p->delayed += (delayed - p->delayed) / p->measured;
}

/* The time until the next flush may be sent. */
static double
pause_after (struct nbdi_pace *p, double took, double delayed)
{
  double under_way = UNDER_WAY * took;

  average (p, took, delayed);
  if (p->measured == SEVERAL) {
    delayed = p->took > 0 ? p->delayed * took / p->took : 0;
    if (took < QUICK)
      under_way = took;
  }
  delayed = DELAYED * (delayed - took / CHANCE);
  return delayed > under_way ? delayed : under_way;
}

static void
measure_flush (struct nbdi_pace *p, uint64_t seq, uint64_t now)
{
  double took = (double) (now - p->sent);
  uint64_t wait = (uint64_t) pause_after (p, took, delay (p, seq, now));

  if (p->failed && wait < AFTER_FAILURE)
    wait = AFTER_FAILURE;
  p->next = now + wait;
}

/* Rates are compared between ends of turns only: in a whole turn replies are
 * received and requests are sent.  The time from sending a flush to its
 * reply would contain one call more for sending than for receiving, and
 * each flush would seem to delay commands by that. */
void
nbdi_end_turn (struct nbdi_pace *p, uint64_t seq, uint64_t now)
{
  if (p->answered)
    measure_flush (p, seq, now);
  if (p->asked) {
    p->gathering = now - p->turn;
    p->gathered = seq - p->turn_seq;
  }
  p->asked = p->answered = false;
  p->turn = now;
  p->turn_seq = seq;
}
