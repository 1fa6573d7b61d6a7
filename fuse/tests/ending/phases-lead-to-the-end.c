/* SPDX-License-Identifier: MIT */
/* From each phase, events lead towards the end, and the time is limited. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "phase.h"
#include "tool.h"

enum { START_MS = 1000, HURRY_MS = 5000, PATIENCE_MS = 30000 };

static int64_t now_ms;

/* This replaces the clock in common/. */
int64_t
tool_now_ms (void)
{
  return now_ms;
}

struct step {
  int64_t at_ms; /* since the start */
  enum event event;
  enum phase then;
  int64_t limit_ms; /* the deadline since the start; 0: none */
};

#define MOST_STEPS 4

static const struct {
  const char *name;
  size_t count;
  struct step steps[MOST_STEPS];
} lives[] = {
  { "unmounted by the user",
    4,
    { { 0, OVERDUE, SERVING, 0 },
      { 100, UNMOUNTED, DRAINING, 100 + PATIENCE_MS },
      { 200, UNMOUNTED, DRAINING, 100 + PATIENCE_MS },
      { 300, DISCONNECTING, CLOSING, 100 + PATIENCE_MS } } },
  { "ended by a signal",
    3,
    { { 100, SIGNALLED, LEAVING, 100 + HURRY_MS },
      { 200, UNMOUNTED, DRAINING, 100 + HURRY_MS },
      { 300, DISCONNECTING, CLOSING, 100 + HURRY_MS } } },
  { "the mount cannot be taken away",
    2,
    { { 100, SIGNALLED, LEAVING, 100 + HURRY_MS },
      { 5100, OVERDUE, DRAINING, 100 + HURRY_MS } } },
  { "signals that mean one",
    2,
    { { 100, SIGNALLED, LEAVING, 100 + HURRY_MS },
      { 599, SIGNALLED, LEAVING, 100 + HURRY_MS } } },
  { "patience is lost",
    3,
    { { 100, SIGNALLED, LEAVING, 100 + HURRY_MS },
      { 600, SIGNALLED, LEAVING, 600 },
      { 600, OVERDUE, DRAINING, 600 } } },
  { "a signal shortens the wait for writes",
    2,
    { { 100, UNMOUNTED, DRAINING, 100 + PATIENCE_MS },
      { 200, SIGNALLED, DRAINING, 200 + HURRY_MS } } },
  { "mounting fails, and the server stays",
    4,
    { { 100, DISCONNECTING, CLOSING, 100 + HURRY_MS },
      { 200, UNMOUNTED, CLOSING, 100 + HURRY_MS },
      { 5100, OVERDUE, KILLED, 100 + HURRY_MS },
      { 5200, SIGNALLED, KILLED, 5200 + HURRY_MS } } },
  { "a signal while the server ends",
    4,
    { { 100, DISCONNECTING, CLOSING, 100 + HURRY_MS },
      { 200, SIGNALLED, CLOSING, 200 + HURRY_MS },
      { 900, SIGNALLED, CLOSING, 900 },
      { 900, OVERDUE, KILLED, 900 } } },
};

static void
take_step (const struct step *step)
{
  static bool signalled;
  int64_t limit = step->limit_ms ? START_MS + step->limit_ms : 0;
  now_ms = START_MS + step->at_ms;
  if (step->event == SIGNALLED) {
    CHECK_INT (phase_signal (signalled ? SIGINT : SIGTERM), !signalled);
    signalled = true;
  }
  else
    phase_event (step->event);
  CHECK_INT (phase_now (), step->then);
  CHECK_INT (phase_deadline (), limit);
  CHECK_INT (phase_is_overdue (), limit && now_ms >= limit);
  CHECK_INT (phase_first_signal (), signalled ? SIGTERM : 0);
}

/* The phases of a program cannot be reset, so each case runs in a process of
 * its own. */
void
test (void)
{
  for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++) {
    pid_t pid = fork ();
    CHECK (pid != -1);
    if (pid == 0) {
      const struct step *steps = lives[i].steps;
      check_case ("%s", lives[i].name);
      for (size_t j = 0; j < lives[i].count; j++)
        take_step (&steps[j]);
      _exit (EXIT_SUCCESS);
    }
    int status;
    CHECK (waitpid (pid, &status, 0) == pid);
    CHECK_INT (status, 0);
  }
}
