# SPDX-License-Identifier: MIT
"""How the model's kinds look in C: parameters, prototypes, wrapped text."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Iterable, Sequence, assert_never

from nbdgen import releases
from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, CbArg, Function, Group, OptArg

WIDTH = 80

# Prototypes that are not made from a record: most of these functions have no
# handle as their first parameter, and nbd_close returns nothing.
SPECIAL_PROTOTYPES = {
    "create": ("struct nbd_handle *", ("void",)),
    "close": ("void", ("struct nbd_handle *h",)),
    "get_error": ("const char *", ("void",)),
    "get_errno": ("int", ("void",)),
}


@dataclass(frozen=True)
class Param:
    """One C parameter."""

    ctype: str  # ready to be put before a name
    name: str
    nonnull: bool = False

    def __str__(self) -> str:
        return join_type(self.ctype, self.name)


HANDLE = Param("struct nbd_handle *", "h", nonnull=True)


def join_type(ctype: str, name: str) -> str:
    """`char *` and `x` make `char *x`; `int` and `x` make `int x`."""
    return ctype + name if ctype.endswith("*") else f"{ctype} {name}"


def closure_type(callback: kinds.Callback) -> str:
    return f"nbd_{callback.name}_callback"


def closure_name(callback: kinds.Callback) -> str:
    return f"{callback.name}_callback"


def arg_params(arg: Arg | OptArg) -> tuple[Param, ...]:
    """The one or two C parameters of an argument, closures by value."""
    match arg:
        case kinds.Plain() | kinds.EnumArg() | kinds.FlagsArg() | kinds.OFlags():
            return (Param(arg.ctype, arg.name),)
        case kinds.String() | kinds.Path():
            return (Param("const char *", arg.name, nonnull=True),)
        case kinds.StringList():
            return (Param("char **", arg.name, nonnull=True),)
        case kinds.SockAddr():
            addr = Param("const struct sockaddr *", arg.name, nonnull=True)
            return (addr, Param("socklen_t", arg.length))
        case kinds.BytesIn():
            data = Param("const void *", arg.name, nonnull=True)
            return (data, Param("size_t", arg.size))
        case kinds.BytesOut():
            data = Param("void *", arg.name, nonnull=True)
            return (data, Param("size_t", arg.size))
        case kinds.Closure() | kinds.OClosure():
            kind = closure_type(arg.callback)
            return (Param(kind, closure_name(arg.callback)),)
        case _:
            assert_never(arg)


def params(function: Function) -> list[Param]:
    """Parameters of the public function, the handle first."""
    every = [*function.args, *function.opt]
    return [HANDLE, *(p for arg in every for p in arg_params(arg))]


def inner_params(function: Function) -> list[Param]:
    """Parameters of nbdi_<name>: as `params`, but closures by pointer."""
    every: list[Param] = [HANDLE]
    for arg in [*function.args, *function.opt]:
        match arg:
            case kinds.Closure() | kinds.OClosure():
                kind = closure_type(arg.callback) + " *"
                every.append(Param(kind, closure_name(arg.callback)))
            case _:
                every.extend(arg_params(arg))
    return every


def member_name(group: Group, member: kinds.Constant) -> str:
    """The whole name of a member of a group, as the header has it."""
    return f"LIBNBD_{group.name}_{member.name}"


def callback_params(callback: kinds.Callback) -> list[str]:
    """Parameters of a closure's callback, user_data first."""
    texts = ["void *user_data"]
    for kind, name in callback.args:
        match kind:
            case CbArg.BYTES_IN:
                texts += [f"const void *{name}", "size_t count"]
            case CbArg.STRING:
                texts.append(f"const char *{name}")
            case CbArg.UINT64:
                texts.append(f"uint64_t {name}")
            case CbArg.INT64:
                texts.append(f"int64_t {name}")
            case CbArg.UINT:
                texts.append(f"unsigned {name}")
            case CbArg.MUTABLE_INT:
                texts.append(f"int *{name}")
            case CbArg.EXTENTS32:
                texts += [f"uint32_t *{name}", "size_t nr_entries"]
            case CbArg.EXTENTS64:
                texts += [f"nbd_extent *{name}", "size_t nr_entries"]
            case _:
                assert_never(kind)
    return texts


def fill(start: str, items: Sequence[str], end: str) -> str:
    """`start (item, item, ...)end`, wrapped below the parenthesis.

    If an item does not fit there, the items begin on the next line instead.
    """
    pieces = [f"{item}," for item in items[:-1]] + [f"{items[-1]}){end}"]
    first = f"{start} ("
    indent = " " * len(first)
    longest = max(len(line) for piece in pieces for line in piece.split("\n"))
    if len(first) + longest > WIDTH:
        outer = len(start) - len(start.lstrip())
        indent = " " * (outer + 4)
        lines = [first, indent + pieces[0]]
    else:
        lines = [first + pieces[0]]
    for piece in pieces[1:]:
        start, *rest = piece.split("\n")
        if len(lines[-1]) + 1 + len(start) <= WIDTH:
            lines[-1] += f" {start}"
        else:
            lines.append(indent + start)
        lines += [indent + line for line in rest]
    return "\n".join(lines)


def call(function: Function, passed: Iterable[str]) -> str:
    """A statement of a binding that calls a function, in 80 columns."""
    start = f"  {join_type(function.returns.ctype, 'ret')} ="
    items = ["call.h", *passed]
    made = fill(f"{start} nbd_{function.name}", items, ";")
    if max(map(len, made.splitlines())) > 80:
        made = f"{start}\n" + fill(f"    nbd_{function.name}", items, ";")
    return made


def declaration(ctype: str, name: str, texts: Sequence[str], end: str = "") -> str:
    """A prototype on as few lines as it needs; `end` is its semicolon."""
    return fill(join_type(ctype, name), texts, end)


def definition(ctype: str, name: str, texts: Sequence[str]) -> str:
    """The head of a function: the name begins its own line."""
    return f"{ctype.rstrip()}\n{fill(name, texts, '')}"


def comment(text: str, indent: str = "") -> str:
    """A C comment around one paragraph."""
    return "\n".join(
        textwrap.wrap(
            f"/* {text} */",
            WIDTH - 1,
            initial_indent=indent,
            subsequent_indent=f"{indent} * ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def by_version(functions: Iterable[Function]) -> dict[str, list[Function]]:
    """Functions by `since`, oldest release first, in the order given."""
    groups: dict[str, list[Function]] = {}
    for function in functions:
        groups.setdefault(function.since, []).append(function)
    return {since: groups[since] for since in sorted(groups, key=releases.age)}
