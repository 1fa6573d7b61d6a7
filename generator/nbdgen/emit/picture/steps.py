# SPDX-License-Identifier: MIT
"""The steps of the machine that are drawn, and their events."""

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
    """One step of the machine; a composite as head stands for its regions."""

    tail: str  # full name of a state or composite, or ANYWHERE
    head: str
    event: str = ""  # in words; empty: the state goes there by itself


def event_text(on: On) -> str:
    """An event in words; a deadline in the words of its function's name."""
    if on.event != AFTER:
        return on.event.lower().replace("_", " ")
    function = _CALL.fullmatch(on.deadline)
    return function[1].replace("_", " ") if function else "deadline"


def steps(machine: Machine) -> Iterator[Step]:
    """All steps that are drawn."""
    for state in machine.states.values():
        yield from state_steps(machine, state)
    for group in machine.groups.values():
        yield from _of_group(group)
    if DEAD in machine.states:
        yield Step(ANYWHERE, DEAD, "failing")


def state_steps(machine: Machine, state: State) -> Iterator[Step]:
    """The steps in a state's own clauses, and those of its DISPATCHES."""
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
    """Whether the body returns nothing but GONE."""
    return all(use.result.outcome is Outcome.GONE for use in state.uses)


def _of_group(group: Group) -> Iterator[Step]:
    """The steps that hold for all states in a group, drawn from its START."""
    tail = group.member(FIRST) if group.path else ANYWHERE
    for on in group.on:
        yield Step(tail, on.to.target, event_text(on))
