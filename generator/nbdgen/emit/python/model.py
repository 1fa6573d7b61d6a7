# SPDX-License-Identifier: MIT
"""What the three files of the Python module have in common.

A method has the arguments of the C function in the same order, with these
exceptions: a buffer has no separate length, a blocking read takes a length and
returns the data, and optional arguments have defaults.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Sequence, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Body, CbArg, Function, Group, OptArg, Ret

WIDTH = 88

# The type of each callback argument in Python.
CALLBACK_TYPES = {
    CbArg.BYTES_IN: "memoryview",
    CbArg.STRING: "str",
    CbArg.UINT64: "int",
    CbArg.INT64: "int",
    CbArg.UINT: "int",
    CbArg.MUTABLE_INT: "ctypes.c_int",
    CbArg.EXTENTS32: "list[int]",
    CbArg.EXTENTS64: "list[tuple[int, int]]",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method, after self."""

    arg: Arg | OptArg
    name: str
    annotation: str
    default: str  # "" if there is none
    text: str


def methods(functions: Iterable[Function]) -> list[Function]:
    """The functions that are methods of NBD in the same form."""
    return [f for f in functions if f.body != Body.SPECIAL]


def callback_alias(callback: kinds.Callback) -> str:
    """The name of a callback's type in the stubs."""
    return f"_{callback.name.capitalize()}Callback"


def parameter(arg: Arg | OptArg) -> Parameter:
    name, annotation, default, text = arg.name, "int", "", arg.text
    match arg:
        case kinds.Bool():
            annotation = "bool"
        case kinds.Plain() | kinds.EnumArg() | kinds.FlagsArg():
            pass
        case kinds.String():
            annotation = "str"
        case kinds.Path():
            annotation = "_Path"
        case kinds.StringList():
            annotation = "Sequence[_Path]" if arg.argv else "Sequence[str]"
        case kinds.SockAddr():
            annotation = "_Address"
            text += ": a path, (host, port) with a numeric host, or (cid, port)"
        case kinds.BytesIn():
            annotation = "_ReadableBuffer"
        case kinds.BytesOut(persist=True):
            annotation = "_WritableBuffer"
        case kinds.BytesOut():
            name, text = arg.size, "how many bytes to read"
        case kinds.Closure():
            annotation = callback_alias(arg.callback)
        case kinds.OClosure():
            annotation = f"{callback_alias(arg.callback)} | None"
            default = "None"
        case kinds.OFlags():
            default = "0"
        case _:
            assert_never(arg)
    return Parameter(arg, name, annotation, default, text)


def parameters(function: Function) -> list[Parameter]:
    return [parameter(arg) for arg in (*function.args, *function.opt)]


def returned_buffer(function: Function) -> kinds.BytesOut | None:
    """The buffer that a blocking read returns instead of taking it."""
    for arg in function.args:
        if isinstance(arg, kinds.BytesOut) and not arg.persist:
            return arg
    return None


def return_type(function: Function) -> str:
    """What a method returns; failure is always an exception."""
    match function.returns:
        case Ret.ERR:
            return "bytearray" if returned_buffer(function) else "None"
        case Ret.BOOL:
            return "bool"
        case Ret.STRING | Ret.STATIC_STRING:
            return "str"
        case Ret.INT | Ret.FD | Ret.ENUM | Ret.INT64 | Ret.COOKIE | Ret.SIZE:
            return "int"
        case Ret.UINT | Ret.UINT64 | Ret.UINTPTR | Ret.FLAGS:
            return "int"
        case Ret.HANDLE | Ret.VOID:
            raise ValueError(f"{function.name} is no method")
        case _:
            assert_never(function.returns)


def callbacks(functions: Iterable[Function]) -> list[kinds.Callback]:
    """The callbacks that the functions take, each once."""
    found: dict[str, kinds.Callback] = {}
    for function in functions:
        for closure in function.closures:
            found.setdefault(closure.callback.name, closure.callback)
    return list(found.values())


def all_constants(
    enums: Iterable[kinds.EnumGroup],
    flag_groups: Iterable[kinds.FlagGroup],
    constants: Iterable[kinds.Constant],
) -> list[kinds.Constant]:
    """Every constant by its full name, masks included."""
    every: list[kinds.Constant] = []
    groups: list[Group] = [*enums, *flag_groups]
    for group in groups:
        prefix = f"{group.name}_"
        for member in group.members:
            name = prefix + member.name.removeprefix(prefix)
            every.append(kinds.Constant(name, member.value, member.text, member.since))
        if isinstance(group, kinds.FlagGroup):
            every.append(kinds.Constant(f"{prefix}MASK", group.mask, "all of them"))
    return [*every, *constants]


def call_line(start: str, items: Sequence[str], end: str, indent: str) -> str:
    """`start(items)end` as black writes it: on one line, or one inside, or many."""
    inside = ", ".join(items)
    line = f"{indent}{start}({inside}){end}"
    if len(line) <= WIDTH:
        return line
    deeper = indent + "    "
    if len(deeper + inside) <= WIDTH:
        return f"{indent}{start}(\n{deeper}{inside}\n{indent}){end}"
    rows = "".join(f"{deeper}{item},\n" for item in items)
    return f"{indent}{start}(\n{rows}{indent}){end}"
