/* SPDX-License-Identifier: MIT */

/* The library flushes by itself as soon as there is a little to flush, but
 * leaves several times as much time between flushes as one takes, and more if
 * it delays commands, or fails. */

#include "unsettled.h"

#define LITTLE (UINT64_C (1) << 20)
#define MS UINT64_C (1000000)

static struct nbdi_pace pace;
static uint64_t now, seq;

/* Commands for so many milliseconds, one in each. */
static void
commands (unsigned ms)
{
  now += ms * MS;
  seq += ms;
}

/* A flush that takes so long, while so many commands are carried out. */
static void
flush (unsigned ms, unsigned nr, bool failed)
{
  nbdi_flush_left (&pace, seq, now);
  now += ms * MS;
  seq += nr;
  nbdi_flush_answered (&pace, seq, now, failed);
  nbdi_restart_pace (&pace);
}

/* Milliseconds until another flush is allowed. */
static unsigned
wait_for_next (void)
{
  uint64_t began = now;

  while (!nbdi_pace_allows (&pace, LITTLE, now))
    commands (1);
  return (now - began) / MS;
}

void
test (void)
{
  nbdi_restart_pace (&pace);
  CHECK_INT (pace.look, LITTLE);
  commands (1000);
  CHECK (nbdi_pace_allows (&pace, LITTLE, now));

  /* It delays nothing, or that may be chance. */
  flush (10, 10, false);
  CHECK_INT (wait_for_next (), 40);
  flush (10, 8, false);
  CHECK_INT (wait_for_next (), 40);
  flush (0, 0, false);
  CHECK_INT (wait_for_next (), 0);

  /* Nothing else is done meanwhile. */
  commands (100);
  flush (10, 0, false);
  CHECK (wait_for_next () >= 200);

  /* It has failed. */
  flush (1, 1, true);
  CHECK_INT (wait_for_next (), 1000);

  /* Nothing came before it, so nothing is known. */
  flush (0, 0, false);
  flush (10, 10, false);
  CHECK (wait_for_next () >= 300);

  /* The clock is looked at only now and then. */
  flush (1, 1, false);
  CHECK (!nbdi_pace_allows (&pace, LITTLE, now));
  CHECK (pace.look > LITTLE);
  CHECK (pace.look < 2 * LITTLE);
}
