# SPDX-License-Identifier: MIT
"""Read the clauses of a group that say what the server may answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from nbdgen.machine.model import (
    COMPLETES_WITH,
    FAILS_WITH,
    LENGTH,
    REFUSED,
    REPLY,
    TURNED_OFF_BY,
    Answers,
    Item,
    Off,
    Refusal,
    Reply,
)
from nbdgen.machine.parse import Clause, GroupSource
from nbdgen.source import Place


@dataclass(frozen=True)
class Form:
    """How many arguments a clause takes, and the words for them in messages."""

    counts: range
    words: str


_TYPE_AND_LENGTHS = Form(
    range(2, 5), "a type, and its length or the least, the most and a step"
)
# Clauses that can be given several times.
FORMS = {
    LENGTH: _TYPE_AND_LENGTHS,
    REPLY: _TYPE_AND_LENGTHS,
    REFUSED: Form(range(3, 5), "a type, an errno, a phrase, and whether it passes"),
    TURNED_OFF_BY: Form(range(2, 3), "an option and a function"),
}

_Arguments = list[list[Item]]


def answers_of(source: GroupSource) -> Answers:
    """What a group says about answers, and what a pattern adds to that."""
    own = [(source.file, clause) for clause in source.head.clauses]

    def given(name: str) -> _Arguments:
        """The arguments of the group's clauses of that name, then the pattern's.

        If both have a clause for the same type, that of the group counts.
        """
        found = list(_items(own, name))
        known = {items[0].text for items in found}
        lent = _items(source.lent, name)
        return found + [items for items in lent if items[0].text not in known]

    def nearest(name: str) -> tuple[Item, ...]:
        return tuple(next(iter(_items([*own, *source.lent], name)), ()))

    def passes(rest: list[Item]) -> tuple[str, ...]:
        return tuple(item.text for item in rest)

    return Answers(
        replies=tuple(
            Reply(kind.text, tuple(item.text for item in rest), kind.place)
            for name in (LENGTH, REPLY)
            for kind, *rest in given(name)
        ),
        refusals=tuple(
            Refusal(kind.text, errnum.text, text.text, kind.place, *passes(rest))
            for kind, errnum, text, *rest in given(REFUSED)
        ),
        completes_with=nearest(COMPLETES_WITH),
        fails_with=nearest(FAILS_WITH),
        turned_off_by=tuple(Off(*items) for items in given(TURNED_OFF_BY)),
    )


def _items(clauses: Iterable[tuple[str, Clause]], name: str) -> _Arguments:
    """The arguments of the clauses of that name, with their places."""
    return [
        [Item(a.text, Place(file, a.line)) for a in clause.arguments]
        for file, clause in clauses
        if clause.name == name
    ]
