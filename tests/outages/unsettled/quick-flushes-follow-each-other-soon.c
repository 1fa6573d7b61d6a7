/* SPDX-License-Identifier: MIT */

/* Once several quick flushes together have delayed no command, the library
 * waits for no longer than one takes; one that seems to delay may be chance,
 * but several are not. */

#include "unsettled.h"

#define LITTLE (UINT64_C (1) << 19)
#define US UINT64_C (1000)

static struct nbdi_pace pace;
static uint64_t now, seq;

/* A flush that takes so many microseconds, while so many commands are carried
 * out, after 100 commands in 100 microseconds. */
static void
long_flush (unsigned us, unsigned nr)
{
  now += 100 * US;
  seq += 100;
  nbdi_flush_asked (&pace);
  nbdi_end_turn (&pace, seq, now);
  nbdi_flush_left (&pace, now);
  now += us * US;
  seq += nr;
  nbdi_flush_answered (&pace, false);
  nbdi_end_turn (&pace, seq, now);
}

static void
flush (unsigned nr)
{
  long_flush (100, nr);
}

/* Microseconds until another flush is allowed. */
static unsigned
wait_for_next (void)
{
  return (pace.next - now) / US;
}

void
test (void)
{
  nbdi_restart_pace (&pace);
  for (int i = 0; i < 15; i++) {
    flush (100);
    CHECK_INT (wait_for_next (), 400);
  }
  flush (100);
  CHECK_INT (wait_for_next (), 100);

  /* A single delay is chance. */
  flush (0);
  CHECK_INT (wait_for_next (), 100);
  for (int i = 0; i < 20; i++)
    flush (100);

  /* So is a single flush that takes long. */
  long_flush (100000, 0);
  flush (100);
  CHECK_INT (wait_for_next (), 100);
  for (int i = 0; i < 20; i++)
    flush (100);

  /* From the first flush after an idle hour the rate seems much higher than
   * before, which must not hide what follows: the server does nothing else
   * during flushes. */
  now += UINT64_C (3600) * 1000 * 1000 * US;
  flush (100);
  CHECK_INT (wait_for_next (), 100);
  for (int i = 0; i < 20; i++)
    flush (0);
  CHECK (wait_for_next () > 1000);
}
