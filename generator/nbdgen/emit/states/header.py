# SPDX-License-Identifier: MIT
"""lib/link/states.h: the states, the events, and questions about them."""

from __future__ import annotations

from string import Template

from nbdgen.emit.states.c_names import (
    event_constant,
    ordered_paths,
    region_constant,
    state_constant,
)
from nbdgen.machine.model import Machine

_HEADER = Template(
    """\
#ifndef NBDI_STATES_H
#define NBDI_STATES_H

#include <stdbool.h>
#include <stdint.h>

struct nbdi_link;

/* All states.  A composite group is one too: the state of the main region
 * while its own regions are active.
 */
enum nbdi_state {
$states
  NBDI_NR_STATES
};

/* The regions: each has a state of its own. */
enum nbdi_region {
$regions
  NBDI_NR_REGIONS
};

/* The events that a waiting state can handle. */
enum nbdi_event {
$events
  NBDI_NR_EVENTS,
  NBDI_NO_EVENT = -1            /* a body's own choice */
};

/* Go on as far as possible without waiting.  IO states try again. */
extern void nbdi_run (struct nbdi_link *l);

/* Raise an event in every active region: a region whose state has ON (ev) moves and
 * runs.  Returns false if no state has it; then nothing was done.
 */
extern bool nbdi_event (struct nbdi_link *l, enum nbdi_event ev);
$deadlines
/* NBDI_PHASE_* of the present state. */
extern unsigned nbdi_phase (const struct nbdi_link *l);

/* What all active regions together wait for: LIBNBD_AIO_DIRECTION_*. */
extern unsigned nbdi_direction (const struct nbdi_link *l);

/* Whether the state is a composite and all its regions are idle. */
extern bool nbdi_idle (const struct nbdi_link *l);

/* The present state for people: "PATH: Title.", a constant string. */
extern const char *nbdi_state_text (const struct nbdi_link *l);

/* What the connection does, for messages about its loss: a phrase such as "in
 * the middle of a reply"; can be empty.
 */
extern const char *nbdi_state_when (const struct nbdi_link *l);

/* The path of a state. */
extern const char *nbdi_state_name (enum nbdi_state state);

#endif /* NBDI_STATES_H */
"""
)


_DEADLINES = """
/* When NBDI_EVENT_AFTER is due: the earliest deadline of all that the active
 * regions wait for, on the clock of nbdi_passed; 0: there is none.
 */
extern uint64_t nbdi_next_deadline (const struct nbdi_link *l);
"""


def emit_states_h(machine: Machine) -> str:
    """The enums of states, regions and events, and the functions of run.c."""
    states = [state_constant(path) for path in ordered_paths(machine)]
    return _HEADER.substitute(
        states=_lines(states),
        regions=_lines([region_constant(region) for region in machine.regions]),
        events=_lines([event_constant(event) for event in machine.events]),
        deadlines=_DEADLINES if machine.timed else "",
    )


def _lines(names: list[str]) -> str:
    return "\n".join(f"  {name}," for name in names)
