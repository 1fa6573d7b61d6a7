# SPDX-License-Identifier: MIT
"""The C of lib/run.c, with holes that emit_run.py fills."""

from __future__ import annotations

from string import Template

TABLES = Template(
    """\
static const char *const state_names[NBDI_NR_STATES] = {
$names
};

static const char *const state_texts[NBDI_NR_STATES] = {
$texts
};

/* What is going on, for messages. */
static const char *const state_whens[NBDI_NR_STATES] = {
$whens
};

static const unsigned char state_phases[NBDI_NR_STATES] = {
$phases
};

/* What to poll for. */
static const unsigned char state_directions[NBDI_NR_STATES] = {
$directions
};

/* The same once the body has returned WAIT, and only events count. */
static const unsigned char state_event_directions[NBDI_NR_STATES] = {
$event_directions
};

static const bool state_idle[NBDI_NR_STATES] = {
$idle
};
"""
)

HEAD = Template(
    """\
#include "internal.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

/* A build that measures which transitions are taken defines this: from a
 * state, by an event or the body's own choice, to a state, failure or WAIT.
 */
#ifndef NBDI_COVER
#define NBDI_COVER(from, event, to) ((void) 0)
#endif
#define COVERED_EVENT(io, at_end)                                       \\
  ((io) == NBDI_IO_END && (at_end) != NBDI_FAILED                       \\
   ? NBDI_EVENT_END_OF_STREAM                                           \\
   : (io) == NBDI_IO_END || (io) == NBDI_IO_LOST ? NBDI_EVENT_LOST      \\
   : NBDI_NO_EVENT)

/* A build that checks itself notices a state that failed without saying why.
 * The first stands before a state runs, the second where it has failed.
 */
#ifdef NBDI_CHECKS
#define NBDI_COUNT_ERRORS() unsigned errors = nbdi_error_count ()
#define NBDI_CHECK_ERROR() assert (nbdi_error_count () != errors)
#else
#define NBDI_COUNT_ERRORS() ((void) 0)
#define NBDI_CHECK_ERROR() ((void) 0)
#endif

$tables
/* The one place where a state changes. */
static inline void
set_state (struct nbd_handle *h, enum nbdi_region region, enum nbdi_state to)
{
  h->state[region] = to;
  h->waiting[region] = false;
  if (unlikely (h->debug))
    nbdi_debug_state (h, state_names[to]);
}

/* Give the main region a new state, and with a composite its regions. */
static void
move_main (struct nbd_handle *h, enum nbdi_state to)
{
  set_state (h, NBDI_REGION_MAIN, to);
  switch (to) {
$enter
  default:
    break;
  }
}

/* Where an IO state goes whose input or output came to nothing. */
static int __attribute__ ((cold, noinline))
io_ended (struct nbd_handle *h, int io, int at_end, int lost)
{
  if (io == NBDI_IO_FAILED)
    return NBDI_FAILED;
  if (io == NBDI_IO_LOST)
    return lost;
  if (at_end != NBDI_FAILED)
    return at_end;
  nbdi_unexpected_end (h);
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
    if (otherwise == NBDI_FAILED)
      nbdi_error (EPROTO, "no state serves $what %" PRIu64, value);
    return otherwise;
  }
}
"""
)

IO_FUNCTION = Template(
    """\
static inline int
$function (struct nbd_handle *h)
"""
)

BODY = Template(
    """\
/* $path: $title. */
static int
$function (struct nbd_handle *h$unused)
"""
)

WAITING = Template(
    """\
      if (h->waiting[$region])
        return false;
"""
)

PLAIN_CASE = Template(
    """\
    case $state:
${waiting}      next = $enter (h);
      NBDI_COVER ($state, NBDI_NO_EVENT, next);
      break;
"""
)

IO_CASE = Template(
    """\
    case $state:
${waiting}      io = $io (h);
      if (io == NBDI_IO_WAIT)
        return false;
      next = likely (io == NBDI_IO_READY)
        ? $enter (h)
        : io_ended (h, io, $at_end,
                    $lost);
      NBDI_COVER ($state,
                  COVERED_EVENT (io, $at_end),
                  next);
      break;
"""
)

MAIN_RUN = Template(
    """\
/* Run the main region until it waits (false) or enters a composite. */
static bool
run_MAIN (struct nbd_handle *h)
{
  for (;;) {
    int next, io __attribute__ ((unused));

    NBDI_COUNT_ERRORS ();
    switch (h->state[NBDI_REGION_MAIN]) {
$cases
    default:
      __builtin_unreachable ();
    }
    if (next == NBDI_WAIT) {
      h->waiting[NBDI_REGION_MAIN] = true;
      return false;
    }
    if (next == NBDI_FAILED) {
      NBDI_CHECK_ERROR ();
      next = $dead;
    }
    move_main (h, next);
    if ($composite)
      return true;
  }
}
"""
)

LEAVE = Template(
    """\
/* Move this region, or the main one if that ends the composite (true). */
static inline bool
leave_$name (struct nbd_handle *h, int to)
{
  if (unlikely (to < $first
                || to > $last)) {
    move_main (h, to);
    return true;
  }
  set_state (h, $region, to);
  return false;
}
"""
)

REGION_RUN = Template(
    """\
/* Run the region until it waits (false) or the composite has ended. */
static bool
run_$name (struct nbd_handle *h)
{
  enum nbdi_state state = h->state[$region];

  for (;;) {
    int next, io __attribute__ ((unused));

    NBDI_COUNT_ERRORS ();
    switch (state) {
$cases
    default:
      __builtin_unreachable ();
    }
    if (next == NBDI_WAIT) {
      h->waiting[$region] = true;
      return false;
    }
    if (unlikely (next == NBDI_FAILED)) {
      NBDI_CHECK_ERROR ();
      next = $dead;
    }
    if (leave_$name (h, next))
      return true;
    state = next;
  }
}
"""
)

RUN = Template(
    """\
void
nbdi_run (struct nbd_handle *h)
{
  bool moved;

  do {
    switch (h->state[NBDI_REGION_MAIN]) {
$cases
    default:
      moved = run_MAIN (h);
      break;
    }
  } while (unlikely (moved));
}
"""
)

EVENT_REGION = Template(
    """\
    to = event_target (h, h->state[$region], ev);
    if (to != NBDI_WAIT) {
      NBDI_COVER (h->state[$region], ev, to);
      taken = true;
      if (leave_$name (h, to) || run_$name (h)) {
        nbdi_run (h);
        return true;
      }
    }
"""
)

EVENT = Template(
    """\
/* Where a state goes on an event; NBDI_WAIT: nowhere. */
static int
event_target (const struct nbd_handle *h$unused,
              enum nbdi_state state, enum nbdi_event ev)
{
  switch (state) {
$targets
  default:
    return NBDI_WAIT;
  }
}

bool
nbdi_event (struct nbd_handle *h, enum nbdi_event ev)
{
  bool taken __attribute__ ((unused)) = false;
  int to;

  switch (h->state[NBDI_REGION_MAIN]) {
$composites
  default:
    to = event_target (h, h->state[NBDI_REGION_MAIN], ev);
    if (to == NBDI_WAIT)
      return false;
    NBDI_COVER (h->state[NBDI_REGION_MAIN], ev, to);
    move_main (h, to);
    nbdi_run (h);
    return true;
  }
}
"""
)

DEADLINES = Template(
    """\
/* The earlier of `next` and the deadlines of a state; 0: none. */
static uint64_t
deadline_of (const struct nbd_handle *h, enum nbdi_state state, uint64_t next)
{
  switch (state) {
$cases
  default:
    return next;
  }
}

uint64_t
nbdi_next_deadline (const struct nbd_handle *h)
{
  uint64_t next __attribute__ ((unused)) = 0;

  switch (h->state[NBDI_REGION_MAIN]) {
$composites
  default:
    return deadline_of (h, h->state[NBDI_REGION_MAIN], 0);
  }
}
"""
)

PHASE = """\
unsigned
nbdi_phase (const struct nbd_handle *h)
{
  return state_phases[h->state[NBDI_REGION_MAIN]];
}

"""

IDLE_COMPOSITE = Template(
    """\
$case
    return $idle;
"""
)

SHOWN_COMPOSITE = Template(
    """\
    if (!state_idle[h->state[$region]])
      return h->state[$region];
"""
)

QUERIES = Template(
    """\
static inline unsigned
direction_of (const struct nbd_handle *h, enum nbdi_region region)
{
  enum nbdi_state state = h->state[region];

  return h->waiting[region] ? state_event_directions[state]
    : state_directions[state];
}

unsigned
nbdi_direction (const struct nbd_handle *h)
{
  switch (h->state[NBDI_REGION_MAIN]) {
$directions
  default:
    return direction_of (h, NBDI_REGION_MAIN);
  }
}

bool
nbdi_idle (const struct nbd_handle *h)
{
  switch (h->state[NBDI_REGION_MAIN]) {
$idle
  default:
    return false;
  }
}

/* The state that people are told of: that of a busy region, if one is. */
static enum nbdi_state
shown_state (const struct nbd_handle *h)
{
  switch (h->state[NBDI_REGION_MAIN]) {
$shown
  default:
    return h->state[NBDI_REGION_MAIN];
  }
}

const char *
nbdi_state_text (const struct nbd_handle *h)
{
  return state_texts[shown_state (h)];
}

const char *
nbdi_state_when (const struct nbd_handle *h)
{
  return state_whens[shown_state (h)];
}

const char *
nbdi_state_name (enum nbdi_state state)
{
  return state_names[state];
}
"""
)
