# SPDX-License-Identifier: MIT
"""The rules that follow paths: where states may go, and which can be reached."""

from __future__ import annotations

from typing import Callable, Iterable, Iterator

from nbdgen.machine.model import (
    CLOSED,
    DEAD,
    FIRST,
    IO_EVENTS,
    LOST,
    MAIN,
    Machine,
    Reference,
    State,
)
from nbdgen.machine.results import Outcome
from nbdgen.source import Place, Problem


def entry(machine: Machine) -> Iterator[Problem]:
    """A group is entered by START, a composite by its name, one level at a time."""
    for state in machine.states.values():
        for reference in _references(machine, state):
            if text := _entry_problem(machine, state, reference.target):
                yield Problem(reference.place, f"{reference.text} {text}")


def _references(machine: Machine, state: State) -> Iterator[Reference]:
    """The paths in the clauses that hold for a state, each target once."""
    seen: set[str] = set()
    clauses = (*state.on, *machine.leads_above(state))
    for reference in (*(on.to for on in clauses), *state.goes_to):
        if reference.target not in seen:
            yield reference
        seen.add(reference.target)


def _above(group: str) -> list[str]:
    """The group and all groups that it is in, without the root."""
    parts = group.split(".") if group else []
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


def _entry_problem(machine: Machine, state: State, target: str) -> str:
    """Why a state may not go to this target; empty if it may."""
    to = machine.states.get(target)
    into = to.group if to else target
    entered = [group for group in _above(into) if group not in _above(state.group)]
    if to and to.region not in (MAIN, state.region):
        composite = machine.groups[to.region].parent
        if state.region != MAIN and machine.groups[state.region].parent == composite:
            return f"jumps from one region into another, {to.region}"
        return f"enters one region of {composite}: enter {composite} as a whole"
    if len(entered) > 1:
        return f"skips {entered[-1]}.{FIRST}: groups are entered one by one"
    if entered and to and to.name != FIRST:
        return f"enters {entered[0]} in the middle: it is entered by {FIRST}"
    return ""


def declared(machine: Machine) -> Iterator[Problem]:
    """GOES_TO lists exactly the paths that results of the body use, each once."""
    for state in machine.states.values():
        listed: set[str] = set()
        used = {use.to.target for use in state.uses if use.to}
        for reference in state.goes_to:
            if reference.target in listed:
                text = f"{reference.text} is in GOES_TO twice"
                yield Problem(reference.place, text)
            elif reference.target not in used:
                text = f"{reference.text} is in GOES_TO, but no result uses it"
                yield Problem(reference.place, text)
            listed.add(reference.target)
        for use in state.uses:
            if use.to and use.to.target not in listed:
                text = f"{use.to.text} is used here, but not in GOES_TO"
                yield Problem(use.to.place, text)


def reachable(machine: Machine) -> Iterator[Problem]:
    """Every state can be reached from .START."""
    seen: set[str] = set()
    todo = [FIRST]
    while todo:
        target = todo.pop()
        if target in seen:
            continue
        seen.add(target)
        if target in machine.states:
            todo += _next(machine, machine.states[target])
        else:
            group = machine.groups[target]
            todo += [machine.groups[r].member(FIRST) for r in group.region_groups]
            todo += [on.to.target for on in group.leads]
    for state in machine.states.values():
        if state.path not in seen:
            yield Problem(state.place, f"STATE ({state.name}) is never reached")


def _next(machine: Machine, state: State) -> Iterable[str]:
    """Where a state can lead, including to DEAD if it can fail."""
    yield from machine.successors(state)
    if state.can_fail:
        yield DEAD


def _leads_on(machine: Machine, state: State) -> bool:
    """Whether a state can lead anywhere."""
    return any(True for _ in _next(machine, state))


def way_out(machine: Machine) -> Iterator[Problem]:
    """A state leads on, or says that it is FINAL and only waits."""
    for state in machine.states.values():
        leads_on = _leads_on(machine, state)
        if state.final and leads_on:
            text = f"STATE ({state.name}) is FINAL, but leads on"
            yield Problem(state.place, text)
        elif not state.final and not leads_on:
            text = f"STATE ({state.name}) has no way out, and is not FINAL"
            yield Problem(state.place, text)


def wait(machine: Machine) -> Iterator[Problem]:
    """A state that waits has an event that ends it."""
    for state in machine.states.values():
        # A body that waits is past its IO.
        events = [on for on in state.on if on.event not in IO_EVENTS]
        if state.final or events or not _leads_on(machine, state):
            continue
        for use in state.uses:
            if use.result.outcome is Outcome.WAIT:
                place = Place(state.place.file, use.result.line)
                yield Problem(place, "WAIT in a state that no event ends")


def awaited(machine: Machine) -> Iterator[Problem]:
    """A state that has events waits: by IO, or by returning WAIT."""
    for state in machine.states.values():
        awaited_here = [on for on in state.own_on if on.event != LOST]
        if awaited_here and not state.waits:
            text = f"ON in STATE ({state.name}), which never waits"
            yield Problem(awaited_here[0].place, text)


def ends(machine: Machine) -> Iterator[Problem]:
    """From every state the machine can come to CLOSED or DEAD."""
    before = _predecessors(machine)
    seen = _reaching(before, {CLOSED, DEAD})
    # A region may stop in a FINAL state if another region of the composite can end
    # the machine from each of its states.
    done: set[str] = set()
    for composite in machine.composites:
        for region in composite.region_groups:
            others = (other for other in composite.region_groups if other != region)
            if any(_can_end(machine, other, seen) for other in others):
                done |= {s.path for s in machine.region_states(region) if s.final}
    seen |= _reaching(before, done)
    for state in machine.states.values():
        if _leads_on(machine, state):
            if state.path not in seen:
                text = f"STATE ({state.name}) never leads to CLOSED or DEAD"
                yield Problem(state.place, text)
        elif state.region == MAIN and state.path not in (CLOSED, DEAD):
            text = f"STATE ({state.name}) is FINAL, as only CLOSED and DEAD may be"
            yield Problem(state.place, text)


def _predecessors(machine: Machine) -> dict[str, set[str]]:
    """All that leads to each state or composite; a composite leads to its regions."""
    before: dict[str, set[str]] = {}
    for state in machine.states.values():
        for target in _next(machine, state):
            before.setdefault(target, set()).add(state.path)
    for composite in machine.composites:
        for region in composite.region_groups:
            first = machine.groups[region].member(FIRST)
            before.setdefault(first, set()).add(composite.path)
        for on in composite.leads:
            before.setdefault(on.to.target, set()).add(composite.path)
    return before


def _reaching(before: dict[str, set[str]], ends: set[str]) -> set[str]:
    """All states and composites from which one of `ends` can be reached."""
    seen: set[str] = set()
    todo = list(ends)
    while todo:
        target = todo.pop()
        if target not in seen:
            seen.add(target)
            todo += before.get(target, ())
    return seen


def _can_end(machine: Machine, region: str, ending: set[str]) -> bool:
    """Whether each state of a region can end the machine."""
    states = machine.region_states(region)
    return all(not state.final and state.path in ending for state in states)


FLOW_RULES: tuple[Callable[[Machine], Iterator[Problem]], ...] = (
    entry,
    declared,
    reachable,
    way_out,
    wait,
    awaited,
    ends,
)
