# SPDX-License-Identifier: MIT
"""The rules for clauses about the answers to the values that a group serves."""

from __future__ import annotations

from typing import Callable, Iterator

from nbdgen.machine.model import (
    ANSWERS,
    ANY,
    ANY_ERROR,
    COMPLETES_WITH,
    FAILS_WITH,
    LENGTH,
    REFUSED,
    REPLY,
    TURNED_OFF_BY,
    Group,
    Item,
    Machine,
)
from nbdgen.source import Place, Problem

_MAX_ERRNOS = 3


def answers(machine: Machine) -> Iterator[Problem]:
    """A clause about answers is in a group that has the selector it is for."""
    for group in machine.groups.values():
        selectors = {value.selector for value in group.values}
        for clause in group.head.clauses:
            if clause.name in ANSWERS and ANSWERS[clause.name] not in selectors:
                text = f"{clause.name} is for groups with {ANSWERS[clause.name]}"
                yield Problem(Place(group.file, clause.line), text)


def answered_once(machine: Machine) -> Iterator[Problem]:
    """A group gives the lengths of a type, and its meaning, at most once."""
    for group in machine.groups.values():
        seen: set[tuple[str, str]] = set()
        items = [(REPLY, reply.type, reply.place) for reply in group.answers.replies]
        items += [(REFUSED, r.type, r.place) for r in group.answers.refusals]
        items += [
            (TURNED_OFF_BY, off.option.text, off.option.place)
            for off in group.answers.turned_off_by
        ]
        for clause, name, place in items:
            if (clause, name) in seen:
                yield Problem(place, f"{name} is given twice")
            seen.add((clause, name))


def chunk_length(machine: Machine) -> Iterator[Problem]:
    """Each chunk has a LENGTH; apart from ANY_ERROR, no other type has one."""
    for group in machine.groups.values():
        chunks = [v.value for v in group.values if v.selector == ANSWERS[LENGTH]]
        if not chunks:
            continue
        known = [reply.type for reply in group.answers.replies]
        for value in group.values:
            if value.value in chunks and value.value not in known:
                yield Problem(value.place, f"{value.value} has no {LENGTH}")
        for reply in group.answers.replies:
            if reply.type not in (*chunks, ANY_ERROR):
                text = f"{reply.type} is not a chunk of GROUP ({group.path})"
                yield Problem(reply.place, text)


def option_replies(machine: Machine) -> Iterator[Problem]:
    """An option that can be refused says what that means for the program."""
    for group in machine.groups.values():
        said = group.answers
        if not any(reply.type == ANY_ERROR for reply in said.replies):
            continue
        if any(value.selector != ANSWERS[REPLY] for value in group.values):
            continue
        if not any(refusal.type == ANY for refusal in said.refusals):
            text = f"GROUP ({group.path}) has no {REFUSED} ({ANY}, ...)"
            yield Problem(group.place, text)
        for name, items in (
            (COMPLETES_WITH, said.completes_with),
            (FAILS_WITH, said.fails_with),
        ):
            if not items:
                yield Problem(group.place, f"GROUP ({group.path}) has no {name}")
    for group in machine.groups.values():
        for items in (group.answers.completes_with, group.answers.fails_with):
            yield from _errnos(items)


def _errnos(items: tuple[Item, ...]) -> Iterator[Problem]:
    """A list has at most as many errnos as the table can hold, each once."""
    texts = [item.text for item in items]
    if len(texts) > _MAX_ERRNOS:
        yield Problem(items[0].place, f"more than {_MAX_ERRNOS} errnos")
    for at, item in enumerate(items):
        if item.text in texts[:at]:
            yield Problem(item.place, f"{item.text} is given twice")


def turned_off(machine: Machine) -> Iterator[Problem]:
    """TURNED_OFF_BY is about an option of the group."""
    for group in machine.groups.values():
        for off in group.answers.turned_off_by:
            if not _serves(group, off.option.text):
                text = f"{off.option.text} is not an option of GROUP ({group.path})"
                yield Problem(off.option.place, text)


def one_meaning(machine: Machine) -> Iterator[Problem]:
    """A refusal means the same for all options."""
    seen: dict[str, tuple[str, str, Place]] = {}
    for group in machine.groups.values():
        for refusal in group.answers.refusals:
            here = (refusal.errnum, refusal.text, refusal.place)
            other = seen.setdefault(refusal.type, here)
            if other[:2] != here[:2]:
                text = f"{refusal.type} means something else in {other[2]}"
                yield Problem(refusal.place, text)


def _serves(group: Group, value: str) -> bool:
    return any(known.value == value for known in group.values)


ANSWER_RULES: tuple[Callable[[Machine], Iterator[Problem]], ...] = (
    answers,
    answered_once,
    chunk_length,
    option_replies,
    turned_off,
    one_meaning,
)
