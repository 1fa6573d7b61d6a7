/* SPDX-License-Identifier: MIT */
/* How far the program is on its way to the end, and until when.
 *
 *           SIGNALLED           OVERDUE
 *   SERVING ---------> LEAVING ---------> DRAINING
 *      |                  |    UNMOUNTED   ^  |
 *      |                  +----------------+  |
 *      |    UNMOUNTED                      |  | DISCONNECTING
 *      +-----------------------------------+  |
 *      |                                      v      OVERDUE
 *      +---------------------------------> CLOSING ---------> KILLED
 *           DISCONNECTING: mounting failed
 *
 * The first signal limits the time that is left, whatever the phase is, and
 * a second one ends it.  Without a signal a phase brings its own limit. */
#include <config.h>

#include <signal.h>

#include "phase.h"
#include "tool.h"

/* How long the end may take: after a signal, or when unmounted. */
#define HURRY_MS 5000
#define PATIENCE_MS 30000
/* Who sends two signals in a row, such as timeout(1), means one. */
#define SAME_SIGNAL_MS 500

static const enum phase next[][OVERDUE + 1] = {
  /*             SIGNALLED  UNMOUNTED  DISCONNECTING  OVERDUE */
  [SERVING] = { LEAVING, DRAINING, CLOSING, SERVING },
  [LEAVING] = { LEAVING, DRAINING, CLOSING, DRAINING },
  [DRAINING] = { DRAINING, DRAINING, CLOSING, DRAINING },
  [CLOSING] = { CLOSING, CLOSING, CLOSING, KILLED },
  [KILLED] = { KILLED, KILLED, KILLED, KILLED },
};

/* What a phase may take if nothing else limits it. */
static const int limits_ms[KILLED + 1] = {
  [LEAVING] = HURRY_MS,
  [DRAINING] = PATIENCE_MS,
  [CLOSING] = HURRY_MS,
};

static volatile sig_atomic_t phase = SERVING, first_signal;
static int64_t deadline_ms, signal_ms;

enum phase
phase_now (void)
{
  return phase;
}

void
phase_event (enum event event)
{
  enum phase then = next[phase][event];
  /* A signal that changes nothing must not undo what another one does. */
  if (then != (enum phase) phase)
    phase = then;
  if (phase != SERVING && deadline_ms == 0)
    deadline_ms = tool_now_ms () + limits_ms[phase];
}

bool
phase_signal (int number)
{
  int64_t now = tool_now_ms ();
  bool first = first_signal == 0;
  if (first) {
    first_signal = number;
    signal_ms = now;
    deadline_ms = now + HURRY_MS;
  }
  else if (now >= signal_ms + SAME_SIGNAL_MS)
    deadline_ms = now; /* somebody has lost patience */
  phase_event (SIGNALLED);
  return first;
}

int
phase_first_signal (void)
{
  return first_signal;
}

int64_t
phase_deadline (void)
{
  return deadline_ms;
}

bool
phase_is_overdue (void)
{
  return deadline_ms && tool_now_ms () >= deadline_ms;
}
