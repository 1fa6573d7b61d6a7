/* SPDX-License-Identifier: MIT */
/* The phases of the program until its end, and their deadlines.
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
 * The first signal limits the time that is left, whatever the phase is, and a
 * later one ends it.  Without a signal, the phase that follows SERVING sets the
 * limit for the rest. */
#include <config.h>

#include <signal.h>

#include "phase.h"
#include "tool.h"

/* How long the end may take: after a signal, and after unmounting. */
#define HURRY_MS 5000
#define PATIENCE_MS 30000

static const enum phase next[][OVERDUE + 1] = {
  /*             SIGNALLED  UNMOUNTED  DISCONNECTING  OVERDUE */
  [SERVING] = { LEAVING, DRAINING, CLOSING, SERVING },
  [LEAVING] = { LEAVING, DRAINING, CLOSING, DRAINING },
  [DRAINING] = { DRAINING, DRAINING, CLOSING, DRAINING },
  [CLOSING] = { CLOSING, CLOSING, CLOSING, KILLED },
  [KILLED] = { KILLED, KILLED, KILLED, KILLED },
};

/* How long the end may take if it begins with this phase. */
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
  /* A signal handler may interrupt this.  If the phase does not change it is
   * not written, so that a change by the handler is not undone. */
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
  else if (now >= signal_ms + TOOL_SAME_SIGNAL_MS)
    deadline_ms = now; /* the user does not want to wait any longer */
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
