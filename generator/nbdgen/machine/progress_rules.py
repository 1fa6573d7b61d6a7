# SPDX-License-Identifier: MIT
"""The rules that the machine never waits for nothing, and never loops for ever.

A state that waits must be waiting for something that a program polls for, and
a cycle of states must wait or consume on its way.
"""

from __future__ import annotations

from typing import Callable, Iterable, Iterator, Sequence

from nbdgen.machine.lex import Token
from nbdgen.machine.model import (
    AFTER,
    FIRST,
    IO_EVENTS,
    NOTIFY_READ,
    NOTIFY_WRITE,
    POLLED_PHASES,
    Group,
    Item,
    Machine,
    State,
)
from nbdgen.machine.results import Outcome, words
from nbdgen.source import Place, Problem

# What removes bytes from the receive buffer.
CONSUMERS = ("nbdi_take", "nbdi_expect_option_reply")


def _polls(state: State) -> bool:
    """Whether an event of the socket, or the state's own AFTER, ends its wait."""
    told = any(on.event in (NOTIFY_READ, NOTIFY_WRITE) for on in state.on)
    return told or any(on.event == AFTER for on in state.own_on)


def direction(machine: Machine) -> Iterator[Problem]:
    """A state that waits while the program polls has a direction."""
    for state in machine.states.values():
        if state.phase not in POLLED_PHASES or state.idle or state.final:
            continue
        if state.returns(Outcome.WAIT) and not _polls(state):
            line = _first_wait(state)
            text = f"WAIT in STATE ({state.name}) without a direction to poll for"
            yield Problem(Place(state.place.file, line), text)


def _first_wait(state: State) -> int:
    """The line of the first WAIT."""
    lines = [u.result.line for u in state.uses if u.result.outcome is Outcome.WAIT]
    return min(lines)


def deadline(machine: Machine) -> Iterator[Problem]:
    """If there are deadlines, each wait for the server has one, or is UNLIMITED."""
    for state in machine.states.values():
        clauses = (*state.on, *machine.leads_above(state))
        limited = any(on.event == AFTER for on in clauses)
        if not _awaits_server(state):
            if state.unlimited:
                text = "does not wait for the server"
                yield _unlimited_problem(state, state.unlimited, text)
        elif state.unlimited:
            if limited and not _releases(machine, state):
                yield _unlimited_problem(state, state.unlimited, "has a deadline")
        elif machine.timed and not limited:
            text = f"STATE ({state.name}) waits for the server without {AFTER}"
            yield Problem(state.place, text)


def _unlimited_problem(state: State, clause: Item, text: str) -> Problem:
    return Problem(clause.place, f"UNLIMITED in STATE ({state.name}), which {text}")


def _releases(machine: Machine, state: State) -> bool:
    """Whether UNLIMITED keeps a group's deadline away from a state."""
    group: Group | None = machine.groups[state.group]
    while group and not group.composite:
        if any(on.event == AFTER for on in group.on):
            return True
        group = machine.groups[group.parent] if group.parent is not None else None
    return False


def _awaits_server(state: State) -> bool:
    """Whether only the server, or its socket, lets the machine go on."""
    if state.phase not in POLLED_PHASES or state.final:
        return False
    return state.io is not None or (state.returns(Outcome.WAIT) and _polls(state))


def listening(machine: Machine) -> Iterator[Problem]:
    """A composite has a region that always waits for the socket."""
    for group in machine.composites:
        if not any(_always_polls(machine, region) for region in group.region_groups):
            text = f"GROUP ({group.path}) has no region that always has a direction"
            yield Problem(group.place, text)


def _always_polls(machine: Machine, region: str) -> bool:
    """Whether no state of the region waits for the program alone."""
    return all(
        not state.final and (_polls(state) or not state.returns(Outcome.WAIT))
        for state in machine.region_states(region)
    )


def progress(machine: Machine) -> Iterator[Problem]:
    """Each cycle of states waits, consumes input, or uses something up."""
    idle = {s.path: _hurries(machine, s) for s in machine.states.values()}
    for path, state in machine.states.items():
        cycle = _cycle(idle, path)
        # Each cycle is reported once, at its first state.
        if cycle and path == min(cycle, key=list(idle).index):
            way = " -> ".join([*cycle, path])
            text = f"nothing is awaited or consumed in {way}"
            yield Problem(state.place, text)


def consumes(machine: Machine) -> Iterator[Problem]:
    """CONSUMES is for states that would be in such a cycle without it."""
    for path, state in machine.states.items():
        clause = state.consumes
        if clause is None:
            continue
        idle = {s.path: _hurries(machine, s) for s in machine.states.values()}
        idle[path] = _successors(machine, state)
        if not _cycle(idle, path):
            place = Place(state.place.file, clause.line)
            yield Problem(place, "CONSUMES in a state that is in no idle cycle")


def _hurries(machine: Machine, state: State) -> list[str]:
    """Where a state may lead without waiting, consuming input, or using things up.

    Events of IO are included: the connection may be lost before the state is entered.
    """
    if state.consumes:
        return []
    gone = [on.to.target for on in state.on if on.event in IO_EVENTS]
    if _takes_input(state):
        return _entered(machine, gone)
    return _entered(machine, gone) + _successors(machine, state)


def _successors(machine: Machine, state: State) -> list[str]:
    """Where a body may lead."""
    targets = [reference.target for reference in state.goes_to]
    return _entered(machine, (*targets, *machine.dispatch_targets(state)))


def _entered(machine: Machine, targets: Iterable[str]) -> list[str]:
    """The states that these targets enter; a composite enters all its regions."""
    found: list[str] = []
    for target in targets:
        if target in machine.states:
            found.append(target)
        else:
            regions = machine.groups[target].region_groups
            found += [machine.groups[region].member(FIRST) for region in regions]
    return found


def _takes_input(state: State) -> bool:
    """Whether the body is sure to have removed a byte from the buffer."""
    io = state.io
    if io is None or io.kind != "RECV" or not _positive(io.arguments[0]):
        return False
    return any(word.text in CONSUMERS for word in words(state.body.tokens))


def _positive(size: str) -> bool:
    """Whether an expression is a constant, or a choice of two, above 0."""
    _, choice, rest = size.partition("?")
    parts = rest.split(":") if choice else [size]
    return all(
        part.split("(")[0].strip().replace("_", "").isalnum()
        and (part.strip().split("(")[0].isupper() or part.strip().isdigit())
        and part.strip() != "0"
        for part in parts
    )


def _cycle(edges: dict[str, list[str]], start: str) -> list[str]:
    """A shortest way from a state back to itself; empty if there is none."""
    before: dict[str, str] = {}
    todo = [start]
    for path in todo:
        for target in edges[path]:
            if target == start:
                way = [path]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if target not in before:
                before[target] = path
                todo.append(target)
    return []


# Results of options ----------------------------------------------------------

# Functions that give the result of an option to the program.
RESULT_CALLS = ("nbdi_option_result", "nbdi_option_refused")


def option_result(machine: Machine) -> Iterator[Problem]:
    """A group that serves an option returns only with a result."""
    for group in machine.groups.values():
        if any(value.selector == "OPTION" for value in group.values):
            yield from _unanswered(machine, group)


def _unanswered(machine: Machine, group: Group) -> Iterator[Problem]:
    """The ways out of a group on which no result is given."""
    states = {state.path: state for state in group.states}
    given = {path: path != group.member(FIRST) for path in states}
    changed = True
    while changed:
        changed = False
        for path, state in states.items():
            for target, _, result in _exits(state, given[path]):
                if given.get(target) and not result:
                    given[target] = False
                    changed = True
    for path, state in states.items():
        for target, place, result in _exits(state, given[path]):
            above = machine.states.get(target)
            if above and above.group == group.parent and not result:
                text = f"GROUP ({group.path}) returns here without a result"
                yield Problem(place, text)


def _exits(state: State, given: bool) -> Iterator[tuple[str, Place, bool]]:
    """Each path of a state, its place, and whether a result was given before."""
    by_word = {use.result.word.start: use for use in state.uses if use.to}
    for token, result in _walk(state.body.tokens, given):
        use = by_word.get(token.start)
        if use and use.to:
            yield use.to.target, use.to.place, result
    for on in state.on:
        yield on.to.target, on.place, given


def _walk(tokens: Sequence[Token], given: bool) -> Iterator[tuple[Token, bool]]:
    """Each token, and whether a result was given on the way to it.

    A result that is given in a block or a case does not count after it.
    """
    outer: list[bool] = []
    for token in tokens:
        if token.text == "{":
            outer.append(given)
        elif token.text == "}":
            given = outer.pop()
        elif token.text in ("case", "default") and outer:
            given = outer[-1]
        elif token.text in RESULT_CALLS:
            given = True
        yield token, given


PROGRESS_RULES: tuple[Callable[[Machine], Iterator[Problem]], ...] = (
    direction,
    deadline,
    listening,
    progress,
    consumes,
    option_result,
)
