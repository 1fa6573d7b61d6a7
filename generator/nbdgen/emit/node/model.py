# SPDX-License-Identifier: MIT
"""What the files of the npm package have in common: names, forms, parameters.

A function that has an asynchronous form makes two methods.  The asynchronous form
has the plain name and returns a promise.  The function itself blocks the event loop
and has a name that ends in Sync, as in the modules of Node.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Iterable, Mapping

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Body, Function, OptArg

# Functions that are not methods of NBD, and what replaces them.
EXCEPTIONS = {
    "create": "NBD",
    "close": "NBD.close",
    "get_error": "NbdError",
    "get_errno": "NbdError",
    "aio_cancel": "AbortSignal",
    "aio_command_completed": "NBD",
    "aio_peek_command_completed": "NBD",
}

# Functions that block and have no asynchronous form.
BLOCKING = frozenset(("poll", "poll2", "shutdown"))

# Names that parameters cannot have in JavaScript.
RESERVED = frozenset(("export", "default", "function", "new", "native"))


class Form(Enum):
    """How a method gives its result."""

    PLAIN = auto()  # returns at once
    SYNC = auto()  # blocks
    COMMAND = auto()  # a promise of a command
    OPTION = auto()  # a promise of an option
    CONNECT = auto()  # a promise that the handshake is over
    END = auto()  # a promise that the connection has ended


@dataclass(frozen=True)
class Method:
    """One method of NBD."""

    function: Function
    described: Function  # whose prose describes it: the blocking form
    form: Form
    name: str

    @property
    def is_promise(self) -> bool:
        return self.form not in (Form.PLAIN, Form.SYNC)

    @property
    def flags(self) -> kinds.OFlags | None:
        for arg in self.function.opt:
            if isinstance(arg, kinds.OFlags):
                return arg
        return None

    @property
    def has_options(self) -> bool:
        """Whether an object of options comes last."""
        return self.is_promise or self.flags is not None

    @property
    def read(self) -> kinds.BytesOut | None:
        """The argument that is filled with data."""
        for arg in self.function.args:
            if isinstance(arg, kinds.BytesOut):
                return arg
        return None


def has_memory(method: Method) -> bool:
    """Whether a command uses memory of the program."""
    args = method.function.args
    return any(isinstance(arg, (kinds.BytesIn, kinds.BytesOut)) for arg in args)


def camel(name: str) -> str:
    """block_status_64 makes blockStatus64."""
    first, *rest = name.split("_")
    made = first + "".join(word.capitalize() for word in rest)
    return f"{made}_" if made in RESERVED else made


def is_completion(arg: Arg | OptArg) -> bool:
    return isinstance(arg, kinds.OClosure)


def _form(function: Function) -> Form:
    if function.body is not Body.AIO:
        waits = function.aio or function.name in BLOCKING
        return Form.SYNC if waits else Form.PLAIN
    if any(map(is_completion, function.opt)):
        return Form.OPTION if "_opt_" in function.name else Form.COMMAND
    if function.name in ("aio_opt_abort", "aio_disconnect"):
        return Form.END
    return Form.CONNECT


def method_name(function: Function) -> str:
    """The name of the method for this function."""
    match _form(function):
        case Form.PLAIN:
            return camel(function.name)
        case Form.SYNC:
            return f"{camel(function.name)}Sync"
        case _:
            return camel(function.name.removeprefix("aio_"))


def names(functions: Iterable[Function], blocking: bool) -> Mapping[str, str]:
    """Function -> its name in prose: if `blocking`, that of its blocking form."""
    every = {one.name: one for one in functions}
    made: dict[str, str] = {}
    for one in every.values():
        twin = every.get(one.sync if blocking else one.aio, one)
        made[one.name] = f"NBD.{method_name(twin)}"
    return {**made, **EXCEPTIONS}


def methods(functions: Iterable[Function]) -> list[Method]:
    """All methods of NBD, in the order of the header."""
    every = list(functions)
    twins = {one.aio: one for one in every if one.aio}
    return [
        Method(one, twins.get(one.name, one), _form(one), method_name(one))
        for one in every
        if one.name not in EXCEPTIONS
    ]


def natives(functions: Iterable[Function]) -> list[Function]:
    """The functions that the addon has."""
    also = ("aio_cancel",)
    return [f for f in functions if f.name not in EXCEPTIONS or f.name in also]


def wrapped(text: str, indent: str) -> str:
    """Lines of text, each indented."""
    return "\n".join(f"{indent}{line}".rstrip() for line in text.split("\n"))
