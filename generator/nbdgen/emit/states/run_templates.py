# SPDX-License-Identifier: MIT
"""The C of lib/machine/run.c, with holes that run.py fills."""

from __future__ import annotations

from string import Template

HEAD = Template(
    """\
#include "machine/machine.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

/* A build that measures coverage defines this.  A transition is from a state, by
 * an event or by the body itself, to a state, to failure or to WAIT.
 */
#ifndef NBDI_COVER
#define NBDI_COVER(from, event, to) ((void) 0)
#endif
#define COVERED_EVENT(io, at_end)                                       \\
  ((io) == NBDI_IO_END && (at_end) != NBDI_FAILED                       \\
   ? NBDI_EVENT_END_OF_STREAM                                           \\
   : (io) == NBDI_IO_END || (io) == NBDI_IO_LOST ? NBDI_EVENT_LOST      \\
   : NBDI_NO_EVENT)

/* A build with checks finds a state that failed without setting an error.  The
 * first macro comes before a state runs, the second after it has failed.
 */
#ifdef NBDI_CHECKS
#define NBDI_COUNT_ERRORS() unsigned errors = nbdi_error_count ()
#define NBDI_CHECK_ERROR() assert (nbdi_error_count () != errors)
#else
#define NBDI_COUNT_ERRORS() ((void) 0)
#define NBDI_CHECK_ERROR() ((void) 0)
#endif

/* Say which state was entered, and by which of several connections. */
static void __attribute__ ((cold, noinline))
trace_state (struct nbdi_link *l, struct nbdi_session *s, enum nbdi_state to)
{
  if (l->number == 0)
    nbdi_debug (&s->trace, "state %s", nbdi_state_name (to));
  else
    nbdi_debug (&s->trace, "state %s of connection %u", nbdi_state_name (to),
                l->number + 1);
}

/* The one place where a state changes. */
static inline void
set_state (struct nbdi_link *l, struct nbdi_session *s,
           enum nbdi_region region, enum nbdi_state to)
{
  l->state[region] = to;
  l->waiting[region] = false;
  if (unlikely (s->trace.on))
    trace_state (l, s, to);
}

/* Give the main region a new state and, if it is a composite, its regions, too. */
static void
move_main (struct nbdi_link *l, struct nbdi_session *s, enum nbdi_state to)
{
  set_state (l, s, NBDI_REGION_MAIN, to);
  switch (to) {
$enter
  default:
    break;
  }
}

/* Where an IO state goes if its input or output has failed or ended. */
static int __attribute__ ((cold, noinline))
io_ended (struct nbdi_link *l, int io, int at_end, int lost)
{
  if (io == NBDI_IO_FAILED)
    return NBDI_FAILED;
  if (io == NBDI_IO_END && at_end != NBDI_FAILED)
    return at_end;
  if (io == NBDI_IO_END)
    nbdi_lost (l, 0, NULL);
  else
    nbdi_lost (l, l->lost_errno, l->lost_sending ? "send" : "recv");
  return lost;
}
"""
)

DISPATCH = Template(
    """\
static int
$function (uint64_t value, int otherwise)
{
  switch (value) {
$cases
  default:
$otherwise
  }
}
"""
)

UNSERVED = Template(
    """\
    if (otherwise == NBDI_FAILED)
      nbdi_error (EPROTO, "no state serves $what %" PRIu64, value);
    return otherwise;"""
)
SERVED = "    return otherwise;"

IO_FUNCTION = Template(
    """\
static inline int
$function (struct nbdi_link *l,
    struct nbdi_session *s __attribute__ ((unused)))
"""
)

BODY = Template(
    """\
/* $path: $title. */
static int
$function (struct nbdi_link *l$unused_link,
    struct nbdi_session *s$unused_session)
"""
)

WAITING = Template(
    """\
      if (l->waiting[$region])
        return false;
"""
)

GONE = Template(
    """\
      if (unlikely (next == NBDI_GONE)) {
        NBDI_CHECK_ERROR ();
        next = $lost;
        NBDI_COVER ($state, NBDI_EVENT_LOST, next);
        break;
      }
"""
)

# For a state whose body returns nothing but GONE.
ALWAYS_GONE_CASE = Template(
    """\
    case $state:
      $enter (l, s);
      NBDI_CHECK_ERROR ();
      next = $lost;
      NBDI_COVER ($state, NBDI_EVENT_LOST, next);
      break;
"""
)

PLAIN_CASE = Template(
    """\
    case $state:
${waiting}      next = $enter (l, s);
${gone}      NBDI_COVER ($state, NBDI_NO_EVENT, next);
      break;
"""
)

IO_CASE = Template(
    """\
    case $state:
${waiting}      io = $io (l, s);
      if (io == NBDI_IO_WAIT)
        return false;
      next = likely (io == NBDI_IO_READY)
        ? $enter (l, s)
        : io_ended (l, io, $at_end,
                    $lost);
${gone}      NBDI_COVER ($state,
                  COVERED_EVENT (io, $at_end),
                  next);
      break;
"""
)

MAIN_RUN = Template(
    """\
/* Run the main region until it waits (false) or enters a composite. */
static bool
run_MAIN (struct nbdi_link *l, struct nbdi_session *s)
{
  for (;;) {
    int next, io __attribute__ ((unused));

    NBDI_COUNT_ERRORS ();
    switch (l->state[NBDI_REGION_MAIN]) {
$cases
    default:
      __builtin_unreachable ();
    }
    if (next == NBDI_WAIT) {
      l->waiting[NBDI_REGION_MAIN] = true;
      return false;
    }
    if (next == NBDI_FAILED) {
      NBDI_CHECK_ERROR ();
      next = $dead;
    }
    move_main (l, s, next);
    if ($composite)
      return true;
  }
}
"""
)

LEAVE = Template(
    """\
/* Move this region, or the main one if `to` is outside the composite (true). */
static inline bool
leave_$name (struct nbdi_link *l, struct nbdi_session *s, int to)
{
  if (unlikely (to < $first
                || to > $last)) {
    move_main (l, s, to);
    return true;
  }
  set_state (l, s, $region, to);
  return false;
}
"""
)

REGION_RUN = Template(
    """\
/* Run the region until it waits (false) or the composite has ended. */
static bool
run_$name (struct nbdi_link *l, struct nbdi_session *s)
{
  enum nbdi_state state = l->state[$region];

  for (;;) {
    int next, io __attribute__ ((unused));

    NBDI_COUNT_ERRORS ();
    switch (state) {
$cases
    default:
      __builtin_unreachable ();
    }
    if (next == NBDI_WAIT) {
      l->waiting[$region] = true;
      return false;
    }
    if (unlikely (next == NBDI_FAILED)) {
      NBDI_CHECK_ERROR ();
      next = $dead;
    }
    if (leave_$name (l, s, next))
      return true;
    state = next;
  }
}
"""
)

RUN = Template(
    """\
void
nbdi_run (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;
  bool moved;

  do {
    switch (l->state[NBDI_REGION_MAIN]) {
$cases
    default:
      moved = run_MAIN (l, s);
      break;
    }
  } while (unlikely (moved));
}
"""
)

EVENT_COMPOSITE = Template(
    """\
    if (!taken) {
      to = event_target (l, s, $state, ev);
      taken = to != NBDI_WAIT;
      if (taken) {
        NBDI_COVER ($state, ev, to);
        move_main (l, s, to);
        nbdi_run (l);
      }
    }
"""
)

EVENT_REGION = Template(
    """\
    to = event_target (l, s, l->state[$region], ev);
    if (to != NBDI_WAIT) {
      NBDI_COVER (l->state[$region], ev, to);
      taken = true;
      if (leave_$name (l, s, to) || run_$name (l, s)) {
        nbdi_run (l);
        return true;
      }
    }
"""
)

EVENT = Template(
    """\
/* Where a state goes on an event; NBDI_WAIT: nowhere. */
static int
event_target (const struct nbdi_link *l$unused,
              const struct nbdi_session *s __attribute__ ((unused)),
              enum nbdi_state state, enum nbdi_event ev)
{
  switch (state) {
$targets
  default:
    return NBDI_WAIT;
  }
}

bool
nbdi_event (struct nbdi_link *l, enum nbdi_event ev)
{
  struct nbdi_session *s = l->session;
  bool taken __attribute__ ((unused)) = false;
  int to;

  switch (l->state[NBDI_REGION_MAIN]) {
$composites
  default:
    to = event_target (l, s, l->state[NBDI_REGION_MAIN], ev);
    if (to == NBDI_WAIT)
      return false;
    NBDI_COVER (l->state[NBDI_REGION_MAIN], ev, to);
    move_main (l, s, to);
    nbdi_run (l);
    return true;
  }
}
"""
)

DEADLINES = Template(
    """\
/* The earlier of `next` and the deadlines of a state; 0: none. */
static uint64_t
deadline_of (const struct nbdi_link *l,
             const struct nbdi_session *s __attribute__ ((unused)),
             enum nbdi_state state, uint64_t next)
{
  switch (state) {
$cases
  default:
    return next;
  }
}

uint64_t
nbdi_next_deadline (const struct nbdi_link *l)
{
  const struct nbdi_session *s = l->session;
  uint64_t next __attribute__ ((unused)) = 0;

  switch (l->state[NBDI_REGION_MAIN]) {
$composites
  default:
    return deadline_of (l, s, l->state[NBDI_REGION_MAIN], 0);
  }
}
"""
)
