/* SPDX-License-Identifier: MIT */

/* The library sends a flush by itself as soon as there is a little to flush.
 * Between flushes it waits several times as long as a flush takes, and longer
 * if a flush delays commands or fails. */

#include "unsettled.h"

#define LITTLE (UINT64_C (1) << 19)
#define MS UINT64_C (1000000)

static struct nbdi_pace pace;
static uint64_t now, seq;

/* Carry out commands for this many milliseconds, one in each. */
static void
commands (unsigned ms)
{
  now += ms * MS;
  seq += ms;
}

/* Send a flush, either one that was asked for or the same again. */
static void
send_flush (void)
{
  nbdi_flush_left (&pace, now);
  if (nbdi_turn_counts (&pace))
    nbdi_end_turn (&pace, seq, now);
}

/* Carry out a flush of this duration, during which `nr` commands are carried
 * out. */
static void
flush (unsigned ms, unsigned nr, bool failed)
{
  nbdi_flush_asked (&pace);
  send_flush ();
  now += ms * MS;
  seq += nr;
  nbdi_flush_answered (&pace, failed);
  CHECK (!nbdi_pace_allows (&pace, LITTLE, now));
  nbdi_end_turn (&pace, seq, now);
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

  /* The flush delays no command, or too few to tell. */
  flush (10, 10, false);
  CHECK_INT (wait_for_next (), 40);
  flush (10, 8, false);
  CHECK_INT (wait_for_next (), 40);
  flush (0, 0, false);
  CHECK_INT (wait_for_next (), 0);

  /* No command is carried out during the flush. */
  commands (100);
  flush (10, 0, false);
  CHECK (wait_for_next () >= 200);

  /* The connection is lost during the flush, and restored late. */
  commands (100);
  nbdi_flush_asked (&pace);
  send_flush ();
  now += 5000 * MS;
  send_flush ();
  commands (10);
  nbdi_flush_answered (&pace, false);
  nbdi_end_turn (&pace, seq, now);
  CHECK (wait_for_next () < 1000);

  /* The flush fails. */
  flush (1, 1, true);
  CHECK_INT (wait_for_next (), 1000);

  /* Nothing came before the flush, so its cost cannot be compared. */
  flush (0, 0, false);
  flush (10, 10, false);
  CHECK (wait_for_next () >= 200);

  /* The clock is read only after some more data was written. */
  flush (1, 1, false);
  CHECK (!nbdi_pace_allows (&pace, LITTLE, now));
  CHECK (pace.look > LITTLE);
  CHECK (pace.look < 2 * LITTLE);
}
