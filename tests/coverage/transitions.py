# SPDX-License-Identifier: MIT
"""What the machine declares, compared with what the tests did."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "generator"))

from nbdgen.machine.model import Machine, load_and_check  # noqa: E402

OWN_CHOICE = "-"  # of the body; other transitions have an event
FAILED = "FAILED"


@dataclass(frozen=True, order=True)
class Step:
    """From a state, by an event or the body's own choice, to a state."""

    start: str
    event: str
    end: str

    def __str__(self) -> str:
        event = "" if self.event == OWN_CHOICE else f" by {self.event}"
        return f"{self.start} -> {self.end}{event}"


@dataclass(frozen=True)
class Part:
    """One kind of thing to be covered: all of them, and those that were
    taken."""

    what: str
    all: frozenset[str]
    taken: frozenset[str]

    @property
    def missing(self) -> list[str]:
        return sorted(self.all - self.taken)


def declared(machine: Machine) -> Iterator[Step]:
    """All declared transitions, except those from failing."""
    for composite in machine.composites:
        for region in composite.region_groups:
            first = machine.groups[region].member("START")
            yield Step(composite.path, OWN_CHOICE, first)
        for on in composite.leads:
            yield Step(composite.path, on.event, on.to.target)
    for state in machine.states.values():
        for on in state.on:
            yield Step(state.path, on.event, on.to.target)
        for reference in state.goes_to:
            yield Step(state.path, OWN_CHOICE, reference.target)
        for target in machine.dispatch_targets(state):
            yield Step(state.path, OWN_CHOICE, target)


def recorded(machine: Machine, log: Path) -> tuple[set[Step], set[str]]:
    """Read what the processes of a test run wrote: steps, and logged states."""
    steps: set[Step] = set()
    logged: set[str] = set()
    for line in set(log.read_text(encoding="utf-8").splitlines()):
        match line.split():
            case [state, "logged"]:
                logged.add(state)
            case [start, event, end]:
                name = OWN_CHOICE if event == "-1" else machine.events[int(event)]
                steps.add(Step(start, name, end))
            case _:
                raise SystemExit(f"{log}: neither a step nor a logged state: {line}")
    return steps, logged


def compare(root: Path, log: Path) -> tuple[list[Part], list[Step]]:
    """Return what has to be covered, and the steps that are not declared."""
    machine = load_and_check(root)
    steps, logged = recorded(machine, log)
    edges = set(declared(machine))
    failing = {step.start for step in steps if step.end == FAILED}
    moves = {step for step in steps if step.end != FAILED}
    parts = [
        Part(
            "states",
            frozenset(machine.states),
            frozenset(name for step in steps for name in (step.start, step.end)),
        ),
        Part("transitions", frozenset(map(str, edges)), frozenset(map(str, moves))),
        Part("logged states", frozenset(machine.states), frozenset(logged)),
        Part(
            "failing states",
            frozenset(s.path for s in machine.states.values() if s.can_fail),
            frozenset(failing),
        ),
    ]
    return parts, sorted(moves - edges)
