# SPDX-License-Identifier: MIT
"""The rules of the machine's parts, and the check of all rules.

One function per rule.  Rules that follow paths are in flow_rules.py and
progress_rules.py.  They run only if all rules here are met, because one missing
state would break many of them.
"""

from __future__ import annotations

import re
from typing import Callable, Iterable, Iterator

from nbdgen.headings import HEADINGS
from nbdgen.machine.answer_rules import ANSWER_RULES
from nbdgen.machine.definitions import definitions
from nbdgen.machine.flow_rules import FLOW_RULES
from nbdgen.machine.lex import Kind, Token, lex_directive
from nbdgen.machine.model import (
    AFTER,
    BUILT_IN_EVENTS,
    DEAD,
    FIRST,
    IO_EVENTS,
    LOST,
    MAIN,
    PHASES,
    ROOT,
    SELECTORS,
    Group,
    Machine,
    Reference,
    State,
)
from nbdgen.machine.parse import Verbatim
from nbdgen.machine.progress_rules import PROGRESS_RULES
from nbdgen.machine.results import Outcome, is_result_word
from nbdgen.source import Place, Problem, SourceError

MAX_BODY_LINES = 40
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
# Only the generated code uses these.
_GENERATED = re.compile(r"NBDI_(STATE|REGION|NEXT|WAIT|FAILED|GONE)(_|$)")


def check(machine: Machine) -> None:
    """Apply all rules; raises SourceError if any is broken."""
    for rules in RULES:
        problems = [problem for rule in rules for problem in rule(machine)]
        if problems:
            # A group's clause can be wrong for many of its states.
            raise SourceError(list(dict.fromkeys(problems)))


def title(machine: Machine) -> Iterator[Problem]:
    """Groups and states have a comment, whose first sentence is the title."""
    parts: list[tuple[str, Group | State]] = [
        ("GROUP", group) for group in machine.groups.values()
    ]
    parts += [("STATE", s) for g in machine.groups.values() for s in g.states]
    for what, part in parts:
        name = part.path if isinstance(part, Group) else part.name
        if part.head.comment is None:
            yield Problem(part.place, f"{what} ({name}) lacks a comment right above it")
        elif not part.title:
            text = f"{what} ({name}): the comment's first sentence lacks a full stop"
            yield Problem(part.place, text)


def state_name(machine: Machine) -> Iterator[Problem]:
    """Names are in capitals, unique in the group, and not those of sub-groups."""
    for group in machine.groups.values():
        seen: dict[str, State] = {}
        for state in group.states:
            if not _NAME.fullmatch(state.name):
                text = f"'{state.name}' is not the name of a state: use capitals"
                yield Problem(state.place, text)
            if other := seen.get(state.name):
                text = f"STATE ({state.name}) exists already on line {other.place.line}"
                yield Problem(state.place, text)
            if state.path in group.subgroups:
                text = f"STATE ({state.name}) has the name of a sub-group"
                yield Problem(state.place, text)
            seen[state.name] = state


def c_name(machine: Machine) -> Iterator[Problem]:
    """Two paths do not become the same name in C."""
    seen: dict[str, str] = {}
    for group in machine.groups.values():
        parts: list[tuple[str, Place]] = [(s.path, s.place) for s in group.states]
        if group.composite:
            parts.append((group.path, group.place))
        for path, place in parts:
            name = path.replace(".", "_")
            if seen.setdefault(name, path) != path:
                yield Problem(place, f"{path} and {seen[name]} are the same in C")


def start(machine: Machine) -> Iterator[Problem]:
    """A group begins with START, unless it is composite."""
    for group in machine.groups.values():
        if group.composite:
            continue
        if FIRST not in (state.name for state in group.states):
            yield Problem(group.place, f"GROUP ({group.path}) has no STATE ({FIRST})")


def dead(machine: Machine) -> Iterator[Problem]:
    """Failing leads to .DEAD, which is FINAL."""
    state = machine.states.get(DEAD)
    if state is None:
        text = f"the root group has no STATE ({DEAD}), where failing leads"
        yield Problem(machine.root.place, text)
    elif not state.final:
        yield Problem(state.place, f"STATE ({DEAD}) must be FINAL")


def phase(machine: Machine) -> Iterator[Problem]:
    """Every state is in a known phase; a region is in its composite's."""
    for group in machine.groups.values():
        for head, place in [(group.head, group.place)] + [
            (state.head, state.place) for state in group.states
        ]:
            for clause in head.clauses:
                if clause.name != "PHASE" or clause.arguments[0].text in PHASES:
                    continue
                text = f"{clause.arguments[0].text} is not a phase"
                yield Problem(Place(place.file, clause.line), text)
        if group.composite and group.phase is None:
            yield Problem(group.place, f"GROUP ({group.path}) has no PHASE")
        for state in group.states:
            if state.phase is None:
                yield Problem(state.place, f"STATE ({state.name}) has no PHASE")
            elif state.region != MAIN and state.phase != _composite_phase(
                machine, state
            ):
                text = (
                    f"STATE ({state.name}) is in a region: its PHASE is the composite's"
                )
                yield Problem(state.place, text)


def _composite_phase(machine: Machine, state: State) -> str | None:
    """The phase of the composite that a region's state is part of."""
    return machine.groups[machine.groups[state.region].parent or ROOT].phase


def heading(machine: Machine) -> Iterator[Problem]:
    """SPEC names a heading of the protocol document."""
    for group in machine.groups.values():
        for spec in (group.spec, *(state.spec for state in group.states)):
            if spec and spec.text not in HEADINGS:
                text = f'"{spec.text}" is not a heading of the protocol document'
                yield Problem(spec.place, text)


def event(machine: Machine) -> Iterator[Problem]:
    """EVENTS is in the root group; its names are new, and each is awaited."""
    awaited = {on.event for state in machine.states.values() for on in state.on}
    awaited |= {on.event for group in machine.composites for on in group.leads}
    seen = set(BUILT_IN_EVENTS)
    for item in machine.root.events:
        if item.text in seen or not _NAME.fullmatch(item.text):
            yield Problem(item.place, f"{item.text} cannot be the name of a new event")
        elif item.text not in awaited:
            yield Problem(item.place, f"no state has ON ({item.text} -> ...)")
        seen.add(item.text)
    for group in machine.groups.values():
        if group.events and group.path != ROOT:
            yield Problem(group.events[0].place, "EVENTS belongs in the root group")


def on(machine: Machine) -> Iterator[Problem]:
    """ON names an event, once per state or group; so do LOST and AFTER."""
    parts: list[Group | State] = [*machine.groups.values(), *machine.states.values()]
    for part in parts:
        seen: set[tuple[str, str]] = set()
        for clause in part.on if isinstance(part, Group) else part.own_on:
            key = (clause.event, clause.deadline)
            if clause.event not in machine.events:
                yield Problem(clause.place, f"{clause.event} is not an event")
            elif clause.event == AFTER and not clause.deadline:
                yield Problem(clause.place, f"{AFTER} is a clause of its own")
            elif key in seen:
                what = f"AFTER ({clause.deadline})" if clause.deadline else ""
                what = what or f"ON ({clause.event})"
                yield Problem(clause.place, f"{what} is given twice")
            seen.add(key)


def io_event(machine: Machine) -> Iterator[Problem]:
    """The end of a stream comes from IO; a loss from there or from the body."""
    for state in machine.states.values():
        for clause in state.own_on:
            if clause.event in IO_EVENTS and not state.finds(clause.event):
                source = "IO or GONE" if clause.event == LOST else "IO"
                text = f"{clause.event} comes from {source}, which this state lacks"
                yield Problem(clause.place, text)


def inherited(machine: Machine) -> Iterator[Problem]:
    """Each ON, LOST or AFTER of a group holds for some state inside it."""
    taken = {on.place for state in machine.states.values() for on in state.on}
    taken |= {on.place for group in machine.composites for on in group.leads}
    for group in machine.groups.values():
        for clause in group.on:
            if clause.place not in taken:
                text = f"no state of GROUP ({group.path}) can take {clause.event}"
                yield Problem(clause.place, text)


def path(machine: Machine) -> Iterator[Problem]:
    """Every path leads to a state or to a composite group."""
    for state in machine.states.values():
        references: list[Reference] = [clause.to for clause in state.on]
        references += state.goes_to
        references += [use.to for use in state.uses if use.to]
        yield from _nowhere(references)
    for group in machine.composites:
        yield from _nowhere(clause.to for clause in group.leads)


def _nowhere(references: Iterable[Reference]) -> Iterator[Problem]:
    """Those of the paths that lead nowhere."""
    for reference in references:
        if reference.to is None:
            yield Problem(reference.place, f"{reference.text} {reference.problem}")


def selector(machine: Machine) -> Iterator[Problem]:
    """A value is served by one group, whose parent dispatches to it."""
    seen: dict[tuple[str, str], Group] = {}
    for group in machine.groups.values():
        for value in group.values:
            other = seen.setdefault((value.selector, value.value), group)
            if other is not group:
                text = f"{value.value} is served by GROUP ({other.path}) already"
                yield Problem(value.place, text)
        above = machine.groups[group.parent].states if group.parent is not None else ()
        for name in sorted({value.selector for value in group.values}):
            if not any(s.dispatches and s.dispatches.selector == name for s in above):
                text = f"no state of the group above DISPATCHES ({name})"
                yield Problem(group.place, text)


def dispatch(machine: Machine) -> Iterator[Problem]:
    """A state with DISPATCHES returns DISPATCH, and the other way round."""
    for state in machine.states.values():
        used = [u for u in state.uses if u.result.outcome is Outcome.DISPATCH]
        if state.dispatches is None:
            for use in used:
                place = Place(state.place.file, use.result.line)
                yield Problem(place, "DISPATCH without a clause DISPATCHES")
            continue
        clause = state.dispatches
        if clause.selector not in SELECTORS:
            text = f"{clause.selector} is not a selector: {', '.join(SELECTORS)} are"
            yield Problem(clause.place, text)
        elif not machine.dispatch_targets(state):
            yield Problem(clause.place, f"no sub-group has {clause.selector}")
        if not used:
            yield Problem(clause.place, "DISPATCHES without DISPATCH in the body")


def regions(machine: Machine) -> Iterator[Problem]:
    """The regions of a composite are all its sub-groups; it has no states."""
    for group in machine.composites:
        place = group.regions[0].place
        for item in group.regions:
            if group.member(item.text) not in group.subgroups:
                yield Problem(item.place, f"{item.text} is not a sub-group")
        for sub in group.subgroups:
            if sub not in group.region_groups:
                text = f"sub-group {machine.groups[sub].name} is not in REGIONS"
                yield Problem(place, text)
        if len(set(group.region_groups)) < len(group.region_groups):
            yield Problem(place, "a region is given twice")
        if group.region != MAIN:
            yield Problem(place, "regions within a region are not supported")
        for state in group.states:
            text = f"STATE ({state.name}) in a composite group, which has only regions"
            yield Problem(state.place, text)


def idle(machine: Machine) -> Iterator[Problem]:
    """IDLE is for states of regions, and each region has such a state."""
    for state in machine.states.values():
        if state.idle and state.region == MAIN:
            yield Problem(state.place, f"STATE ({state.name}): IDLE outside a region")
    for group in machine.groups.values():
        if group.region != group.path or group.region == MAIN:
            continue
        if not any(state.idle for state in machine.region_states(group.path)):
            text = f"GROUP ({group.path}) is a region without an IDLE state"
            yield Problem(group.place, text)


def returns(machine: Machine) -> Iterator[Problem]:
    """Each return in a body is one of the results."""
    for group in machine.groups.values():
        for state in group.states:
            for line, text in state.results.wrong:
                yield Problem(Place(state.place.file, line), text)


def body_length(machine: Machine) -> Iterator[Problem]:
    """A body fits on a screen."""
    for state in machine.states.values():
        lines = state.body.last_line - state.body.line - 1
        if lines > MAX_BODY_LINES:
            text = f"STATE ({state.name}): {lines} lines in its body, "
            yield Problem(state.place, f"{text}{MAX_BODY_LINES} are allowed")


def body_preprocessor(machine: Machine) -> Iterator[Problem]:
    """A body has no preprocessor lines: it is the same in every configuration."""
    for state in machine.states.values():
        for token in state.body.tokens:
            if token.kind is Kind.DIRECTIVE:
                place = Place(state.place.file, token.line)
                yield Problem(place, "a preprocessor line in a state's body")


def hidden_transition(machine: Machine) -> Iterator[Problem]:
    """Nothing but a result in a body moves the machine."""
    for group in machine.groups.values():
        for item in group.items:
            own = not isinstance(item, Verbatim)
            tokens = item.body.tokens if isinstance(item, State) else item.tokens
            file = item.place.file if isinstance(item, State) else group.file
            for token in _with_directives(tokens):
                place = Place(file, token.line)
                if is_result_word(token) and not own:
                    yield Problem(place, f"{token.text} outside a state's body")
                elif token.kind is Kind.WORD and _GENERATED.match(token.text):
                    yield Problem(place, f"{token.text} is for generated code only")


def _with_directives(tokens: tuple[Token, ...]) -> Iterator[Token]:
    """The tokens, including those within preprocessor lines."""
    for token in tokens:
        if token.kind is Kind.DIRECTIVE:
            yield from lex_directive(token)
        else:
            yield token


def helper_name(machine: Machine) -> Iterator[Problem]:
    """Group files become one C file: their own names may not clash."""
    seen: dict[str, Place] = {}
    for group in machine.groups.values():
        for item in group.items:
            if not isinstance(item, Verbatim):
                continue
            for name, line in definitions(item.tokens):
                place = Place(group.file, line)
                if (other := seen.setdefault(name, place)) is not place:
                    yield Problem(place, f"{name} is defined already in {other}")


PART_RULES: tuple[Callable[[Machine], Iterator[Problem]], ...] = (
    title,
    state_name,
    c_name,
    start,
    dead,
    phase,
    heading,
    event,
    on,
    io_event,
    inherited,
    path,
    selector,
    dispatch,
    regions,
    idle,
    returns,
    body_length,
    body_preprocessor,
    hidden_transition,
    helper_name,
    *ANSWER_RULES,
)

# A set is applied only if the sets before it found nothing wrong.
RULES = (PART_RULES, FLOW_RULES, PROGRESS_RULES)
