# SPDX-License-Identifier: MIT
"""Check that the fields of a record have the types that its class declares.

Python does not check this, and mypy is not a part of a build.  Without the check, a
string instead of a tuple would show much later, as a traceback of an emitter.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import types
import typing
from enum import Enum
from typing import Any, Iterator, Union


def wrong_fields(record: object) -> Iterator[str]:
    """What is wrong with the fields of a dataclass, and of dataclasses in it."""
    hints = typing.get_type_hints(type(record))
    assert dataclasses.is_dataclass(record)
    for field in dataclasses.fields(record):
        yield from _wrong(field.name, getattr(record, field.name), hints[field.name])


def _wrong(name: str, value: object, hint: Any) -> Iterator[str]:
    """Why a value does not fit a type hint."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        fitting = [arm for arm in inside if isinstance(value, _class(arm))]
        if not fitting:
            yield f"{name} must be {_words(hint)}, not {_words(type(value))}"
        else:
            yield from _wrong(name, value, fitting[0])
    elif not isinstance(value, _class(hint)) or _is_bool_as_int(value, hint):
        yield f"{name} must be {_words(hint)}, not {_words(type(value))}"
    elif isinstance(value, tuple) and inside:
        yield from _wrong_items(name, value, inside)
    elif isinstance(value, collections.abc.Mapping) and inside:
        for key, item in value.items():
            yield from _wrong(f"a key of {name}", key, inside[0])
            yield from _wrong(f"{name}[{key!r}]", item, inside[1])
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for text in wrong_fields(value):
            yield f"{name}: {text}"


def _wrong_items(
    name: str, value: tuple[object, ...], inside: tuple[Any, ...]
) -> Iterator[str]:
    """The same for the items of a tuple: all alike, or each with its type."""
    if inside[-1] is ...:
        inside = (inside[0],) * len(value)
    if len(value) != len(inside):
        yield f"{name} must have {len(inside)} items, not {len(value)}"
        return
    for number, (item, hint) in enumerate(zip(value, inside)):
        yield from _wrong(f"{name}[{number}]", item, hint)


def _class(hint: Any) -> type:
    """The class of a type hint, for isinstance."""
    if hint is None:
        return type(None)
    found = typing.get_origin(hint) or hint
    if found in (Union, types.UnionType):
        return object
    assert isinstance(found, type)
    return found


def _is_bool_as_int(value: object, hint: Any) -> bool:
    return isinstance(value, bool) and hint is int


def _words(hint: Any) -> str:
    """The words for a type in a message."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        words = dict.fromkeys(_words(arm) for arm in inside)
        return " or ".join(words).replace(" or of type ", " or ")
    found = _class(hint)
    if issubclass(found, type(None)):
        return "None"
    if issubclass(found, tuple):
        return "a tuple"
    if issubclass(found, str):
        return "a string"
    if issubclass(found, bool):
        return "True or False"
    if issubclass(found, int):
        return "a number"
    if issubclass(found, collections.abc.Mapping):
        return "a dictionary"
    article = "one of" if issubclass(found, Enum) else "of type"
    return f"{article} {found.__name__}"
