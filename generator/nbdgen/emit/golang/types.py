# SPDX-License-Identifier: MIT
"""How the model's kinds look in Go: names, types, parameters, results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, CbArg, Function, Group, OptArg, Ret

# The type of each callback argument.
CALLBACK_TYPES = {
    CbArg.BYTES_IN: "[]byte",
    CbArg.STRING: "string",
    CbArg.UINT64: "uint64",
    CbArg.INT64: "int64",
    CbArg.UINT: "uint",
    CbArg.MUTABLE_INT: "*int",
    CbArg.EXTENTS32: "[]uint32",
    CbArg.EXTENTS64: "[]LibnbdExtent",
}

# Results for which -1 is a valid value if the call cannot fail.
SIGNED = {Ret.INT: "int", Ret.INT64: "int64"}

# Words of the language, and names that methods use themselves.
RESERVED = frozenset(("func", "map", "range", "type", "h", "optargs", "ret"))


@dataclass(frozen=True)
class Field:
    """An optional argument: two fields of the struct optargs."""

    arg: OptArg
    name: str
    type: str


def pascal(name: str) -> str:
    """block_status_64 and CMD_FLAG make BlockStatus64 and CmdFlag."""
    return "".join(word.capitalize() for word in name.split("_"))


def camel(name: str) -> str:
    """The name of a parameter: size_type makes sizeType."""
    whole = pascal(name)
    made = whole[0].lower() + whole[1:]
    return f"{made}_" if made in RESERVED else made


def group_type(group: Group) -> str:
    return pascal(group.name)


def callback_type(callback: kinds.Callback) -> str:
    return f"{pascal(callback.name)}Callback"


def optargs_type(function: Function) -> str:
    return f"{pascal(function.name)}Optargs"


def arg_type(arg: Arg) -> str:
    match arg:
        case kinds.Bool():
            return "bool"
        case kinds.Int() | kinds.Fd():
            return "int"
        case kinds.EnumArg() | kinds.FlagsArg():
            return group_type(arg.group)
        case kinds.UInt32():
            return "uint32"
        case kinds.UInt64():
            return "uint64"
        case kinds.SizeT() | kinds.UIntPtr():
            return "uint"
        case kinds.String() | kinds.Path():
            return "string"
        case kinds.StringList():
            return "[]string"
        case kinds.SockAddr():
            return "net.Addr"
        case kinds.BytesIn() | kinds.BytesOut():
            return "AioBuffer" if arg.persist else "[]byte"
        case kinds.Closure():
            return callback_type(arg.callback)
        case _:
            assert_never(arg)


def parameters(function: Function) -> list[tuple[str, str]]:
    """(name, type) of what the method takes."""
    found = [(camel(arg.name), arg_type(arg)) for arg in function.args]
    if function.opt:
        found.append(("optargs", f"*{optargs_type(function)}"))
    return found


def fields(function: Function) -> list[Field]:
    """The members of the struct of optional arguments."""
    found: list[Field] = []
    for arg in function.opt:
        match arg:
            case kinds.OClosure():
                kind = callback_type(arg.callback)
                found.append(Field(arg, kind, kind))
            case kinds.OFlags():
                found.append(Field(arg, pascal(arg.name), group_type(arg.group)))
            case _:
                assert_never(arg)
    return found


def result_type(function: Function) -> str:
    """What the method returns before the error; "" if nothing."""
    if not function.may_set_error and function.returns in SIGNED:
        return SIGNED[function.returns]
    match function.returns:
        case Ret.ERR:
            return ""
        case Ret.BOOL:
            return "bool"
        case Ret.STRING | Ret.STATIC_STRING:
            return "*string"
        case Ret.FD:
            return "int"
        case Ret.INT | Ret.SIZE | Ret.UINT | Ret.UINTPTR:
            return "uint"
        case Ret.INT64 | Ret.COOKIE | Ret.UINT64:
            return "uint64"
        case Ret.ENUM | Ret.FLAGS:
            assert function.group is not None
            return group_type(function.group)
        case Ret.HANDLE | Ret.VOID:
            raise ValueError(f"{function.name} is no method")
        case _:
            assert_never(function.returns)
