# SPDX-License-Identifier: MIT
"""What the files of the OCaml library have in common: names and types.

A function has the optional arguments of the C function as labelled ones, then the
handle, then the others in the same order.  A buffer has no separate length.  Unsigned
numbers of 32 and 64 bits are int64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Body, CbArg, Function, Group, OptArg, Ret

BYTE_ARGUMENTS = 5  # an external with more has a second function for bytecode

# The type of each callback argument in OCaml.
CALLBACK_TYPES = {
    CbArg.BYTES_IN: "bytes",
    CbArg.STRING: "string",
    CbArg.UINT64: "int64",
    CbArg.INT64: "int64",
    CbArg.UINT: "int",
    CbArg.MUTABLE_INT: "int ref",
    CbArg.EXTENTS32: "int64 array",
    CbArg.EXTENTS64: "extent array",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function, beside the handle."""

    arg: Arg | OptArg
    name: str
    outer: str  # its type in NBD.mli
    inner: str  # its type in the external; the same if nothing is converted


def externals(functions: Iterable[Function]) -> list[Function]:
    """The functions for which stubs are generated."""
    return [f for f in functions if f.body != Body.SPECIAL]


def callback_type(callback: kinds.Callback) -> str:
    types = [CALLBACK_TYPES[kind] for kind, _ in callback.args] or ["unit"]
    return f"({' -> '.join([*types, 'int'])})"


def parameter(arg: Arg | OptArg) -> Parameter:
    """The parameter for an argument."""

    def plain(of_type: str) -> Parameter:
        return Parameter(arg, arg.name, of_type, of_type)

    match arg:
        case kinds.Bool():
            return plain("bool")
        case kinds.Int() | kinds.SizeT() | kinds.UIntPtr():
            return plain("int")
        case kinds.Fd():
            return plain("Unix.file_descr")
        case kinds.UInt32() | kinds.UInt64():
            return plain("int64")
        case kinds.EnumArg():
            return Parameter(arg, arg.name, f"{arg.group.name}.t", "int")
        case kinds.FlagsArg() | kinds.OFlags():
            return Parameter(arg, arg.name, f"{arg.group.name}.t list", "int")
        case kinds.String() | kinds.Path():
            return plain("string")
        case kinds.StringList():
            return plain("string list")
        case kinds.SockAddr():
            return plain("Unix.sockaddr")
        case kinds.BytesIn(persist=True) | kinds.BytesOut(persist=True):
            return plain("Buffer.t")
        case kinds.BytesIn() | kinds.BytesOut():
            return plain("bytes")
        case kinds.Closure():
            return plain(callback_type(arg.callback))
        case kinds.OClosure():
            outer = callback_type(arg.callback)
            return Parameter(arg, arg.name, outer, f"{outer} option")
        case _:
            assert_never(arg)


def required(function: Function) -> list[Parameter]:
    """The parameters after the handle."""
    return [parameter(arg) for arg in function.args]


def optional(function: Function) -> list[Parameter]:
    """The labelled parameters before the handle."""
    return [parameter(arg) for arg in function.opt]


def result_type(function: Function) -> str:
    """What a function returns; failure is always an exception."""
    match function.returns:
        case Ret.ERR | Ret.VOID:
            return "unit"
        case Ret.BOOL:
            return "bool"
        case Ret.STRING | Ret.STATIC_STRING:
            return "string"
        case Ret.INT | Ret.SIZE | Ret.UINT | Ret.UINTPTR:
            return "int"
        case Ret.FD:
            return "Unix.file_descr"
        case Ret.INT64 | Ret.UINT64:
            return "int64"
        case Ret.COOKIE:
            return "cookie"
        case Ret.ENUM:
            return f"{group_of(function).name}.t"
        case Ret.FLAGS:
            return f"{group_of(function).name}.t list"
        case Ret.HANDLE:
            return "t"
        case _:
            assert_never(function.returns)


def inner_result_type(function: Function) -> str:
    """What the external returns."""
    if function.returns in (Ret.ENUM, Ret.FLAGS):
        return "int"
    return result_type(function)


def group_of(function: Function) -> Group:
    assert function.group is not None
    return function.group


def members(group: Group) -> Iterator[tuple[str, int, str]]:
    """Constructor, value and description of each member of a group."""
    for member in group.members:
        assert isinstance(member.value, int)
        name = member.name.removeprefix(f"{group.name}_")
        yield name, member.value, member.text
