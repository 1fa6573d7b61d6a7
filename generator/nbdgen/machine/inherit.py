# SPDX-License-Identifier: MIT
"""States that are written once for several groups: GROUP with FOR_EACH.

Such a group is a pattern and not a part of the machine.  Each group beside it that
has the selector gets from it the states that it needs and does not have: START, and
those that its states lead to.  These states are then like the group's own: the paths
in their clauses start from the group.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable, Iterator, Mapping

from nbdgen.machine.model import AFTER, ANSWERS, FIRST, LOST
from nbdgen.machine.parse import GroupSource, Head, StateSource, Verbatim
from nbdgen.source import Place, Problem, SourceError

FOR_EACH = "FOR_EACH"


def inherit(sources: Mapping[str, GroupSource]) -> dict[str, GroupSource]:
    """The groups of the machine with all their states.

    Raises SourceError for a pattern that holds what no group takes.
    """
    groups = dict(sources)
    problems: list[Problem] = []
    for path, pattern in sources.items():
        selector = _selector(pattern.head)
        if not selector:
            continue
        del groups[path]
        left = list(pattern.items)
        for beside in _beside(path, selector, groups):
            taken = _taken(groups[beside], pattern)
            if taken:
                groups[beside] = _with(groups[beside], taken, pattern)
            left = [item for item in left if item not in taken]
        problems += _useless(pattern, left)
    if problems:
        raise SourceError(problems)
    return groups


def _selector(head: Head) -> str:
    """The selector of the groups that a pattern is for; empty: no pattern."""
    clauses = (clause for clause in head.clauses if clause.name == FOR_EACH)
    return next((clause.arguments[0].text for clause in clauses), "")


def _beside(path: str, selector: str, groups: Mapping[str, GroupSource]) -> list[str]:
    """The groups with the selector and the same parent."""
    parent = path.rpartition(".")[0]
    return [
        other
        for other, source in groups.items()
        if other.rpartition(".")[0] == parent
        and any(clause.name == selector for clause in source.head.clauses)
    ]


def _taken(group: GroupSource, pattern: GroupSource) -> list[StateSource]:
    """The states that a group takes, in the order of the pattern."""
    own = {state.head.name: state for state in _states(group)}
    offered = {state.head.name: state for state in _states(pattern)}
    found: set[str] = set()
    todo = [FIRST, *own]
    while todo:
        name = todo.pop()
        state = own.get(name) or offered.get(name)
        if state and name not in found:
            found.add(name)
            todo += _leads_to(state.head)
    return [offered[name] for name in offered if name in found and name not in own]


def _states(source: GroupSource) -> Iterator[StateSource]:
    """The states of a file."""
    return (item for item in source.items if isinstance(item, StateSource))


def _leads_to(head: Head) -> Iterator[str]:
    """The paths in ON, LOST, AFTER and GOES_TO."""
    for clause in head.clauses:
        if clause.name == "GOES_TO":
            yield from (argument.text for argument in clause.arguments)
        elif clause.name in ("ON", LOST, AFTER):
            yield clause.arguments[0].text.rpartition("->")[2].strip()


def _with(
    group: GroupSource, taken: list[StateSource], pattern: GroupSource
) -> GroupSource:
    """The group with these states before its own; emitters put START first."""
    items = list(group.items)
    own = [number for number, i in enumerate(items) if isinstance(i, StateSource)]
    at = own[0] if own else len(items)
    items[at:at] = taken
    lent = tuple((pattern.file, c) for c in pattern.head.clauses if c.name in ANSWERS)
    return replace(group, items=tuple(items), lent=lent)


def _useless(
    pattern: GroupSource, left: Iterable[StateSource | Verbatim]
) -> Iterator[Problem]:
    """What a pattern may not have, and the states that no group has taken."""
    what = f"GROUP ({pattern.head.name}) is {FOR_EACH}"
    for clause in pattern.head.clauses:
        if clause.name != FOR_EACH and clause.name not in ANSWERS:
            text = f"{what}: {clause.name} belongs in the groups that take its states"
            yield Problem(Place(pattern.file, clause.line), text)
    for item in left:
        if isinstance(item, Verbatim):
            text = f"{what}: only its states are used"
            yield Problem(Place(pattern.file, item.line), text)
        else:
            text = f"no group takes STATE ({item.head.name})"
            yield Problem(Place(pattern.file, item.head.line), text)
