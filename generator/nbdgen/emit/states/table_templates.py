# SPDX-License-Identifier: MIT
"""The C of lib/link/states.c, with holes that tables.py fills."""

from __future__ import annotations

from string import Template

TABLES = Template(
    """\
#include "link/link.h"

static const char *const state_names[NBDI_NR_STATES] = {
$names
};

static const char *const state_texts[NBDI_NR_STATES] = {
$texts
};

/* What the connection does in each state, for messages. */
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

/* The same after the body has returned WAIT: then only events end the state. */
static const unsigned char state_event_directions[NBDI_NR_STATES] = {
$event_directions
};

static const bool state_idle[NBDI_NR_STATES] = {
$idle
};
"""
)

PHASE = """\
unsigned
nbdi_phase (const struct nbdi_link *l)
{
  return state_phases[l->state[NBDI_REGION_MAIN]];
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
    if (!state_idle[l->state[$region]])
      return l->state[$region];
"""
)

QUERIES = Template(
    """\
static inline unsigned
direction_of (const struct nbdi_link *l, enum nbdi_region region)
{
  enum nbdi_state state = l->state[region];

  return l->waiting[region] ? state_event_directions[state]
    : state_directions[state];
}

unsigned
nbdi_direction (const struct nbdi_link *l)
{
  switch (l->state[NBDI_REGION_MAIN]) {
$directions
  default:
    return direction_of (l, NBDI_REGION_MAIN);
  }
}

bool
nbdi_idle (const struct nbdi_link *l)
{
  switch (l->state[NBDI_REGION_MAIN]) {
$idle
  default:
    return false;
  }
}

/* The state to show to people: that of a region that is busy, if there is one. */
static enum nbdi_state
shown_state (const struct nbdi_link *l)
{
  switch (l->state[NBDI_REGION_MAIN]) {
$shown
  default:
    return l->state[NBDI_REGION_MAIN];
  }
}

const char *
nbdi_state_text (const struct nbdi_link *l)
{
  return state_texts[shown_state (l)];
}

const char *
nbdi_state_when (const struct nbdi_link *l)
{
  return state_whens[shown_state (l)];
}

const char *
nbdi_state_name (enum nbdi_state state)
{
  return state_names[state];
}
"""
)
