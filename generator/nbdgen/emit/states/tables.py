# SPDX-License-Identifier: MIT
"""lib/link/states.c: tables of all states, and the functions that read them."""

from __future__ import annotations

from typing import Callable

from nbdgen.emit.states.c_names import (
    c_string,
    ordered_paths,
    region_constant,
    state_constant,
)
from nbdgen.emit.states.table_templates import (
    IDLE_COMPOSITE,
    PHASE,
    QUERIES,
    SHOWN_COMPOSITE,
    TABLES,
)
from nbdgen.machine.model import (
    IO_KINDS,
    NOTIFY_READ,
    NOTIFY_WRITE,
    Group,
    Machine,
    State,
)

_DIRECTIONS = {NOTIFY_READ: "READ", NOTIFY_WRITE: "WRITE"}


def emit_states_c(machine: Machine) -> str:
    """The whole file."""
    return _tables(machine) + "\n" + _queries(machine)


def _tables(machine: Machine) -> str:
    """Names, texts, phases, directions and idleness by state."""
    states = machine.states
    titles = {path: group.title for path, group in machine.groups.items()}
    titles |= {path: state.title for path, state in states.items()}
    idle_composites = {group.path: "READY" for group in machine.composites}

    def table(value: Callable[[str], str]) -> str:
        paths = ordered_paths(machine)
        return "\n".join(f"  [{state_constant(p)}] = {value(p)}," for p in paths)

    def phase(path: str) -> str:
        part: State | Group = states.get(path) or machine.groups[path]
        return f"NBDI_PHASE_{part.phase}"

    def waiting_for(path: str, io: bool) -> str:
        return _direction(states[path], io) if path in states else "0"

    return TABLES.substitute(
        names=table(c_string),
        texts=table(lambda p: c_string(f"{idle_composites.get(p, p)}: {titles[p]}")),
        whens=table(lambda p: p in states and states[p].when or '""'),
        phases=table(phase),
        directions=table(lambda path: waiting_for(path, True)),
        event_directions=table(lambda path: waiting_for(path, False)),
        idle=table(lambda p: "true" if p in states and states[p].idle else "false"),
    )


def _direction(state: State, io: bool) -> str:
    """What to poll for in a state: for its IO, and for its events."""
    found = {_DIRECTIONS[on.event] for on in state.on if on.event in _DIRECTIONS}
    if io and state.io:
        found.add(IO_KINDS[state.io.kind].direction)
    bits = [f"LIBNBD_AIO_DIRECTION_{name}" for name in sorted(found)]
    return " | ".join(bits) or "0"


def _queries(machine: Machine) -> str:
    """The functions about the present state of a link."""
    directions: list[str] = []
    idle: list[str] = []
    shown: list[str] = []
    for group in machine.composites:
        regions = [region_constant(region) for region in group.region_groups]
        case = f"  case {state_constant(group.path)}:"
        union = "\n      | ".join(f"direction_of (l, {r})" for r in regions)
        directions += [case, f"    return {union};"]
        both = "\n      && ".join(f"state_idle[l->state[{r}]]" for r in regions)
        idle += [IDLE_COMPOSITE.substitute(case=case, idle=both).rstrip("\n")]
        shown.append(case)
        shown += [SHOWN_COMPOSITE.substitute(region=r).rstrip("\n") for r in regions]
        shown.append(f"    return {state_constant(group.path)};")
    return PHASE + QUERIES.substitute(
        directions="\n".join(directions),
        idle="\n".join(idle),
        shown="\n".join(shown),
    )
