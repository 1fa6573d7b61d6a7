# SPDX-License-Identifier: MIT
"""From where to where the machine can step, and on what event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

from nbdgen.machine.model import (
    AFTER,
    DEAD,
    FIRST,
    LOST,
    ROOT,
    Group,
    Machine,
    On,
    State,
)
from nbdgen.machine.results import Outcome

ANYWHERE = "*"
_CALL = re.compile(r"nbdi_(\w+) \(.*\)")


@dataclass(frozen=True)
class Step:
    """One way of the machine; of a composite as head, its regions begin."""

    tail: str  # full name of a state or composite, or ANYWHERE
    head: str
    event: str = ""  # as people say it; empty: when the state has done its work


def event_text(on: On) -> str:
    """How an event is shown; a deadline by the words of its function, if it is one."""
    if on.event != AFTER:
        return on.event.lower().replace("_", " ")
    function = _CALL.fullmatch(on.deadline)
    return function[1].replace("_", " ") if function else "deadline"


def steps(machine: Machine) -> Iterator[Step]:
    """All that is drawn."""
    for state in machine.states.values():
        yield from state_steps(machine, state)
    for group in machine.groups.values():
        yield from _of_group(group)
    if DEAD in machine.states:
        yield Step(ANYWHERE, DEAD, "failing")


def state_steps(machine: Machine, state: State) -> Iterator[Step]:
    """What a state says itself, and what is chosen there."""
    for on in state.own_on:
        yield Step(state.path, on.to.target, event_text(on))
    for reference in state.goes_to:
        yield Step(state.path, reference.target)
    if state.dispatches:
        choice = f"by {state.dispatches.selector.lower()}"
        for target in machine.dispatch_targets(state):
            yield Step(state.path, target, choice)
    lost = state.target(LOST)
    if lost and state.group == ROOT and always_gone(state):
        yield Step(state.path, lost)


def always_gone(state: State) -> bool:
    """Whether all that it does is to find the connection gone."""
    return all(use.result.outcome is Outcome.GONE for use in state.uses)


def _of_group(group: Group) -> Iterator[Step]:
    """What holds for all states in a group."""
    tail = group.member(FIRST) if group.path else ANYWHERE
    for on in group.on:
        yield Step(tail, on.to.target, event_text(on))
