# SPDX-License-Identifier: MIT
"""Rules that every function must meet before anything is written.

Each rule is one function that yields messages.  All messages are collected, each
with the file and line of the wrong record; if there are any, the generator stops.
"""

from __future__ import annotations

import ast
import errno
from functools import cache
from pathlib import Path
from typing import Iterator, assert_never, get_args

from api import constants

from nbdgen import doc, releases
from nbdgen.calls import kinds
from nbdgen.calls.check_types import wrong_fields
from nbdgen.calls.limits import NO_LIMIT, number_limits, number_range
from nbdgen.calls.model import Function, Record, Setting
from nbdgen.headings import HEADINGS
from nbdgen.source import Place, Problem, SourceError

Pairs = list[tuple[Record, Function]]

API_DIRECTORY = Path(__file__).resolve().parents[2] / "api"
ApiError = SourceError  # records are sources like any other
_NAMES_OF_RECORDS = ", ".join(kind.__name__ for kind in get_args(Record))


def check(pairs: Pairs, directory: Path = API_DIRECTORY) -> None:
    """Raise SourceError if any function breaks a rule."""
    names = known_names([made for _, made in pairs])
    args: dict[str, set[str]] = {}
    for record, made in pairs:  # nbd_X and nbd_aio_X may name each other's arguments
        args.setdefault(_key(record), set()).update(argument_names(made))
    problems: list[Problem] = []
    seen: set[str] = set()
    for record, made in pairs:
        found = [
            *_described(made),
            *_errors_exist(made),
            *_version_known(made),
            *_heading_known(made),
            *_names_known(made, names),
            *_prose_parses(made, names.with_args(args[_key(record)])),
        ]
        if made.name in seen:
            found.append("is described twice")
        seen.add(made.name)
        if found:
            place = locate(record, directory)
            problems += [Problem(place, f"{made.name}: {what}") for what in found]
    if problems:
        raise SourceError(problems)


def check_fields(records: list[Record], directory: Path = API_DIRECTORY) -> None:
    """Raise SourceError if a field of a record has a wrong type or value."""
    problems: list[Problem] = []
    for record in records:
        if not isinstance(record, get_args(Record)):
            text = f"{record!r} is not a record: {_NAMES_OF_RECORDS} make records"
            problems.append(Problem(Place(f"generator/{directory.name}", 1), text))
            continue
        found = [*wrong_fields(record)]
        if isinstance(record, Setting) and not found:
            found += [*_setting_is_right(record), *_limits_are_right(record)]
            found += _parameter_is_right(record)
        for what in found:
            text = f"{record.name}: {what}"
            problems.append(Problem(locate(record, directory), text))
    if problems:
        raise SourceError(problems)


def _key(record: Record) -> str:
    return f"{type(record).__name__} {record.name}"


# Rules ---------------------------------------------------------------------


def _described(made: Function) -> Iterator[str]:
    for arg in (*made.args, *made.opt):
        if not arg.text.strip():
            yield f"argument {arg.name} is not documented"
    for part in ("summary", "text", "section"):
        if not getattr(made, part).strip():
            yield f"has no {part}"
    if made.summary.endswith("."):
        yield "the summary ends in a full stop"


def _errors_exist(made: Function) -> Iterator[str]:
    for name, reason in made.errors.items():
        if not hasattr(errno, name):
            yield f"there is no errno called {name}"
        if not reason.strip():
            yield f"does not say when {name} happens"
    if made.errors and not made.may_set_error:
        yield "lists errors but never sets one"
    if made.phases and not made.may_set_error:
        yield "checks the phase but never sets an error"


def _version_known(made: Function) -> Iterator[str]:
    if not releases.exists(made.since):
        yield f"there was no version {made.since}"


def _heading_known(made: Function) -> Iterator[str]:
    if made.spec is not None and made.spec not in HEADINGS:
        yield f'the protocol document has no heading "{made.spec}"'


def _names_known(made: Function, names: doc.Names) -> Iterator[str]:
    mentioned = [*made.see_also, made.aio, made.sync]
    if made.async_kind and made.async_kind.changes:
        mentioned.append(made.async_kind.changes[0])
    for name in mentioned:
        if name and name not in names.functions:
            yield f"refers to an unknown function `{name}`"
        if name == made.name:
            yield "refers to itself in see_also"


def _prose_parses(made: Function, names: doc.Names) -> Iterator[str]:
    found = [
        problem
        for language in doc.LANGUAGES
        for problem in _prose_problems(made, names.speaking(language))
    ]
    yield from dict.fromkeys(found)


def _prose_problems(made: Function, names: doc.Names) -> Iterator[str]:
    place = Place("record", 1)
    phrases = [arg.text for arg in (*made.args, *made.opt)]
    try:
        doc.parse(made.text, names, place)
    except SourceError as error:
        yield from (problem.text for problem in error.problems)
    for phrase in (made.summary, *phrases, *made.errors.values()):
        try:
            doc.parse_line(phrase, names, place)
        except SourceError as error:
            yield from (problem.text for problem in error.problems)


def _setting_is_right(setting: Setting) -> Iterator[str]:
    """The initial value of a setting is one of its possible values."""
    if setting.field_name or setting.initial is None:
        if not setting.default:
            yield "does not say its default"
        if not setting.field_name and not isinstance(
            setting.value, (kinds.String, kinds.Path)
        ):
            yield "does not say with what it begins"
        return
    value, initial, limits = setting.value, setting.initial, number_limits(setting)
    match value:
        case kinds.Bool():
            right = isinstance(initial, bool)
        case kinds.EnumArg():
            right = initial in [member.name for member in value.group.members]
        case kinds.FlagsArg():
            names = [member.name for member in value.group.members]
            right = initial in ["MASK", *names]
        case kinds.String() | kinds.Path():
            right = isinstance(initial, str)
        case kinds.Int() | kinds.UInt32() | kinds.UInt64():
            least, most = limits or number_range(value)
            number = isinstance(initial, int) and not isinstance(initial, bool)
            right = number and least <= int(initial) <= most
        case _:
            assert_never(value)
    if not right:
        yield f"cannot begin with {initial!r}"


def _limits_are_right(setting: Setting) -> Iterator[str]:
    """Only numbers have limits, and these are within the range of the C type."""
    value, limits = setting.value, number_limits(setting)
    if not isinstance(value, (kinds.Int, kinds.UInt32, kinds.UInt64)):
        if limits:
            yield "has limits, but is not a number"
        return
    least, most = number_range(value)
    lowest, highest = limits or (least, most)
    if not least <= lowest <= highest <= most:
        yield f"has limits that are not a range of {value.ctype}"
    if isinstance(value, kinds.Milliseconds) and lowest < NO_LIMIT:
        yield "is a time that can be below -1"
    if lowest <= -1 <= highest and setting.get_summary and setting.get_may_set_error:
        yield "can be -1, so its getter must not set errors"


def _parameter_is_right(setting: Setting) -> Iterator[str]:
    """A URI can set times, sizes, counts and words, and no number of 64 bits."""
    if not setting.parameter:
        return
    value = setting.value
    if setting.field_name or setting.custom_set:
        yield "has a parameter, but is stored by hand"
    if isinstance(value, kinds.EnumArg):
        numbers = [member.value for member in value.group.members]
        if numbers != list(range(len(numbers))):
            yield "has a parameter, but its constants are not 0, 1, 2 and so on"
    elif not isinstance(value, (kinds.Milliseconds, kinds.UInt32, kinds.UInt64)):
        yield f"has a parameter, which cannot be a {type(value).__name__}"
    elif (number_limits(setting) or number_range(value))[1] >= 2**63:
        yield "has a parameter, but its limits go beyond 63 bits"


# What the rules look at -----------------------------------------------------


def argument_names(made: Function) -> set[str]:
    """All names that may stand between asterisks in this function's prose."""
    names = {arg.name for arg in (*made.args, *made.opt)}
    for arg in (*made.args, *made.opt):
        match arg:
            case kinds.BytesIn() | kinds.BytesOut():
                names.add(arg.size)
            case kinds.SockAddr():
                names.add(arg.length)
            case kinds.Closure() | kinds.OClosure():
                names.update(name for _, name in arg.callback.args)
    return names


def known_names(made: list[Function]) -> doc.Names:
    """The functions, constants and types that prose may name."""
    words = {constant.name for constant in constants.CONSTANTS}
    for enum in constants.ENUMS:
        words.update(f"{enum.name}_{member.name}" for member in enum.members)
    for group in constants.FLAG_GROUPS:
        words.update(f"{group.name}_{member.name}" for member in group.members)
        words.add(f"{group.name}_MASK")
    words.update(constants.ENVIRONMENT)
    types = {f"nbd_{callback.name}_callback" for callback in constants.CALLBACKS}
    return doc.Names(
        functions=frozenset(function.name for function in made),
        constants=frozenset(f"LIBNBD_{word}" for word in words),
        types=frozenset({"nbd_handle", "nbd_extent"} | types),
    )


@cache
def _calls(directory: Path) -> dict[tuple[str, str], Place]:
    """Where the first call for each name is, by the callee and the name.

    A helper that makes records, such as _flag in query.py, counts as Call.
    """
    places: dict[tuple[str, str], Place] = {}
    for path in sorted(directory.glob("*.py")):
        file = f"generator/{directory.name}/{path.name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = [word.value for word in node.keywords if word.arg == "name"]
            callee, first = node.func, next(iter([*node.args[:1], *named]), None)
            if isinstance(callee, ast.Name) and isinstance(first, ast.Constant):
                kind = "Call" if callee.id.startswith("_") else callee.id
                places.setdefault((kind, str(first.value)), Place(file, node.lineno))
    return places


def locate(record: Record, directory: Path = API_DIRECTORY) -> Place:
    """Where a record is written."""
    return place_of(type(record).__name__, str(record.name), directory)


def place_of(kind: str, name: str, directory: Path = API_DIRECTORY) -> Place:
    """Where something of that class and name is written."""
    unknown = Place(f"generator/{directory.name}", 1)
    return _calls(directory).get((kind, name), unknown)
