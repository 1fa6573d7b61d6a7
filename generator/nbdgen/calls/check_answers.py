# SPDX-License-Identifier: MIT
"""Rules for clauses about answers that need more than the machine.

The names in these clauses are constants of the protocol, errnos and functions.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Iterable, Iterator

from nbdgen.calls.check_api import API_DIRECTORY, locate
from nbdgen.calls.model import Closure, Function, Option, Record, Ret
from nbdgen.machine.model import ANY, ANY_ERROR, Group, Item, Machine
from nbdgen.protocol import constants, is_number, names_in
from nbdgen.source import Place, Problem, SourceError

# The prefixes of a selector's values, and of the types of the answers to them.
_PREFIXES = {
    "OPTION": ("NBD_OPT_", "NBD_REP_"),
    "CHUNK": ("NBD_REPLY_TYPE_", "NBD_REPLY_TYPE_"),
}
_REFUSALS = "NBD_REP_ERR_"


def check_answers(
    machine: Machine,
    functions: Iterable[Function],
    records: Iterable[Record],
    root: Path,
    directory: Path = API_DIRECTORY,
) -> None:
    """Raise SourceError if a clause, or a call, names what does not exist."""
    known = constants(root)
    public = {f"nbd_{function.name}" for function in functions}
    problems: list[Problem] = []
    for group in machine.groups.values():
        problems += _types_known(group, known)
        problems += _lengths_right(group, known)
        problems += _errnos_known(group)
        for off in group.answers.turned_off_by:
            if off.function.text not in public:
                text = f"{off.function.text} is not a function of the library"
                problems.append(Problem(off.function.place, text))
    for record in records:
        if isinstance(record, Option):
            place = locate(record, directory)
            problems += [
                Problem(place, f"{record.name}: {text}")
                for text in _option_right(record, machine)
            ]
    if problems:
        raise SourceError(problems)


def _types_known(group: Group, known: frozenset[str]) -> Iterator[Problem]:
    """Each value and each type of answer is a constant of its kind."""
    named: list[tuple[str, str, Place]] = []
    for value in group.values:
        of_values, of_answers = _PREFIXES[value.selector]
        named.append((of_values, value.value, value.place))
    for reply in group.answers.replies:
        if reply.type != ANY_ERROR:
            named.append((of_answers, reply.type, reply.place))
    for refusal in group.answers.refusals:
        if refusal.type != ANY:
            named.append((_REFUSALS, refusal.type, refusal.place))
    for prefix, name, place in named:
        if name not in known:
            yield Problem(place, f"{name} is not in lib/base/protocol.h")
        elif not name.startswith(prefix):
            yield Problem(place, f"{name} does not begin with {prefix}")


def _lengths_right(group: Group, known: frozenset[str]) -> Iterator[Problem]:
    """Lengths are made of numbers and constants."""
    for reply in group.answers.replies:
        for at, length in enumerate(reply.lengths):
            if length == ANY and at == 1:
                continue
            if not is_number(length):
                yield Problem(reply.place, f"{length} is not a length")
                continue
            for name in names_in(length):
                if name not in known:
                    text = f"{name} is not a constant of the library"
                    yield Problem(reply.place, text)


def _errnos_known(group: Group) -> Iterator[Problem]:
    """The errors that a program gets are errnos."""
    answers = group.answers
    items = [Item(r.errnum, r.place) for r in answers.refusals if r.errnum != "0"]
    for item in (*answers.completes_with, *answers.fails_with):
        if item.text != ANY:
            items.append(item)
    for item in items:
        if not hasattr(errno, item.text):
            yield Problem(item.place, f"there is no errno called {item.text}")


def _option_right(option: Option, machine: Machine) -> Iterator[str]:
    """A call sends an option that a group serves; a call that counts has a closure."""
    if option.sends not in machine.serving("OPTION"):
        yield f"no group serves {option.sends}"
    closures = [arg for arg in option.args if isinstance(arg, Closure)]
    if option.returns is Ret.INT and not closures:
        yield "returns a number, but has no closure whose calls it could count"
