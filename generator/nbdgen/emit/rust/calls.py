# SPDX-License-Identifier: MIT
"""bindings/rust/libnbd: the methods of Handle."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Iterable, Sequence, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Body, Function, OptArg, Ret
from nbdgen.emit.rust.model import (
    OWNED,
    WIDTH,
    buffer_of,
    closure_args,
    documentation,
    group_type,
    is_owned,
    prose_of,
)

SOURCE = Template(
    """\
//! The methods of a handle, one for each function of the library.

use std::ffi::OsStr;
use std::os::unix::io::{AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use libnbd_sys as sys;

use crate::closures::{Command, Scope, Shared};
use crate::generated::callbacks;
use crate::{
    glue, AllowTransport, CmdFlag, Handle, HandshakeFlag, NbdExtent, Result, Shutdown,
    Size, SockAddr, Strict, Tls, Unflushed,
};

impl Handle {
$methods}
"""
)


@dataclass(frozen=True)
class Piece:
    """What one argument adds to a method."""

    name: str
    kind: str  # its type
    values: tuple[str, ...]  # what C gets
    prepare: tuple[str, ...] = ()  # lines before the call
    bound: str = ""  # of the type parameter B
    text: str = ""  # replaces the record's


def _lines(name: str, function: str, arg: str) -> tuple[str, ...]:
    return (f'let {arg} = glue::{function}(NAME, "{arg}", {name})?;',)


def _closure(arg: kinds.Closure | kinds.OClosure, blocking: bool) -> Piece:
    """A closure other than a completion."""
    name, args = arg.callback.name, closure_args(arg.callback)
    kind = f"impl FnMut({args}) -> i32 + Send"
    if blocking:
        prepare = (f"let {name} = Scope::new(h, {name});",)
    else:
        kind += " + 'static"
        prepare = (f"let {name} = Shared::new(h, {name});",)
    return Piece(name, kind, (f"callbacks::{name}(&{name})",), prepare)


def _completion(
    arg: kinds.OClosure, buffer: kinds.BytesIn | kinds.BytesOut | None
) -> Piece:
    args = "B, &mut i32" if buffer else "&mut i32"
    held = f"(), |(), error: &mut i32| {arg.name}(error)"
    if buffer:
        held = f"{buffer.name}, {arg.name}"
    return Piece(
        arg.name,
        f"impl FnOnce({args}) -> i32 + Send + 'static",
        ("done",),
        (
            f"let command = Command::new(h, {held});",
            "let done = command.closure();",
        ),
    )


def _bytes(arg: kinds.BytesIn | kinds.BytesOut) -> Piece:
    reads = isinstance(arg, kinds.BytesOut)
    if arg.persist:
        form = "AsMut<[u8]>" if reads else "AsRef<[u8]>"
        memory = "memory_mut" if reads else "memory"
        text = "the memory that the data goes to" if reads else "the data"
        text += f": anything that can be used as ``{form}``"
        return Piece(
            arg.name,
            "B",
            ("start", "count"),
            (f"let (start, count) = command.{memory}();",),
            f"{form} + Send + 'static",
            text,
        )
    kind, pointer = ("&mut [u8]", "as_mut_ptr") if reads else ("&[u8]", "as_ptr")
    values = (f"{arg.name}.{pointer}().cast()", f"{arg.name}.len()")
    text = "where the data goes, and how much" if reads else "the data"
    return Piece(arg.name, kind, values, (), "", text)


def _descriptor(function: Function, name: str) -> Piece:
    """A file descriptor that is only watched, or that the library will own."""
    if function.name == "poll2":
        value = f"{name}.map_or(-1, |fd| fd.as_raw_fd())"
        text = "file descriptor to watch as well"
        return Piece(name, "Option<BorrowedFd<'_>>", (value,), (), "", text)
    line = f"let {name} = self.give_away({name}.into());"
    return Piece(name, "impl Into<OwnedFd>", (name,), (line,))


def piece(function: Function, arg: Arg | OptArg) -> Piece:
    """How one argument is declared, prepared and passed on."""
    name = arg.name
    match arg:
        case kinds.Int():
            return Piece(name, "i32", (name,))
        case kinds.Bool():
            return Piece(name, "bool", (name,))
        case kinds.UInt32():
            return Piece(name, "u32", (name,))
        case kinds.UInt64():
            return Piece(name, "u64", (name,))
        case kinds.SizeT() | kinds.UIntPtr():
            return Piece(name, "usize", (name,))
        case kinds.EnumArg():
            return Piece(name, group_type(arg.group), (f"{name}.value()",))
        case kinds.FlagsArg() | kinds.OFlags():
            return Piece(name, group_type(arg.group), (f"{name}.bits()",))
        case kinds.String():
            passed = (f"{name}.as_ptr()",)
            return Piece(name, "&str", passed, _lines(name, "string", name))
        case kinds.Path():
            passed = (f"{name}.as_ptr()",)
            lines = _lines(f"{name}.as_ref()", "path", name)
            return Piece(name, "impl AsRef<Path>", passed, lines)
        case kinds.StringList():
            kind = "AsRef<OsStr>" if arg.argv else "AsRef<str>"
            convert = "arguments" if arg.argv else "strings"
            passed = (f"{name}.as_ptr()",)
            lines = _lines(name, convert, name)
            return Piece(name, f"&[impl {kind}]", passed, lines)
        case kinds.SockAddr():
            memory = (f"{name}.as_ptr()", f"{name}.len()")
            return Piece(name, "&SockAddr", memory)
        case kinds.Fd():
            return _descriptor(function, name)
        case kinds.BytesIn() | kinds.BytesOut():
            return _bytes(arg)
        case kinds.OClosure():
            buffer = buffer_of(function)
            return _completion(arg, buffer if is_owned(buffer) else None)
        case kinds.Closure():
            blocking = function.body is not Body.AIO and function.name not in KEEPERS
            return _closure(arg, blocking)
        case _:
            assert_never(arg)


# Calls whose closure outlives them.
KEEPERS = ("set_debug_callback", "set_event_callback", "set_interrupt_callback")


def pieces(function: Function) -> list[Piece]:
    return [piece(function, arg) for arg in (*function.args, *function.opt)]


def return_type(function: Function) -> str:
    """What a method returns when it succeeds."""
    match function.returns:
        case Ret.ERR:
            return "()"
        case Ret.BOOL:
            return "bool"
        case Ret.INT | Ret.FD:
            return "i32"
        case Ret.INT64:
            return "i64" if "peek" not in function.name else "u64"
        case Ret.COOKIE | Ret.UINT64:
            return "u64"
        case Ret.SIZE | Ret.UINTPTR:
            return "usize"
        case Ret.STRING:
            return "String"
        case Ret.STATIC_STRING:
            return "&'static str"
        case Ret.UINT:
            return "u32"
        case Ret.ENUM | Ret.FLAGS:
            assert function.group is not None
            return group_type(function.group)
        case Ret.HANDLE | Ret.VOID:
            raise ValueError(f"{function.name} is no method")
        case _:
            assert_never(function.returns)


def _fallible(function: Function) -> str:
    """The conversion of the result of a function that can fail."""
    match function.returns:
        case Ret.ERR:
            return "unit"
        case Ret.BOOL:
            return "boolean"
        case Ret.INT | Ret.FD:
            return "number"
        case Ret.INT64:
            return "number64" if return_type(function) == "i64" else "cookie"
        case Ret.COOKIE:
            return "cookie"
        case Ret.SIZE:
            return "size"
        case Ret.STRING:
            return "owned_string"
        case Ret.STATIC_STRING:
            return "static_string"
        case _:
            raise ValueError(f"{function.name} cannot fail")


def _infallible(function: Function) -> str:
    match function.returns:
        case Ret.BOOL:
            return "glue::plain(r) > 0"
        case Ret.STATIC_STRING:
            return "glue::constant_string(r)"
        case Ret.ENUM:
            return f"{return_type(function)}::known(glue::plain(r))"
        case Ret.FLAGS:
            return f"{return_type(function)}::from_bits_retain(glue::plain(r))"
        case _:
            return "glue::plain(r)"


def _entry(function: Function, named: bool) -> str:
    """The statement that gets the handle's pointer and avoids a deadlock."""
    name = "NAME" if named else f'"nbd_{function.name}"'
    if not function.locked:
        return "let h = self.pointer();"
    if function.may_set_error:
        return f"let h = self.enter({name})?;"
    return f"let h = self.enter_or_panic({name});"


def _body(function: Function, made: Sequence[Piece]) -> list[str]:
    # The command owns the buffer, so it is made before a pointer into the buffer.
    order = sorted(made, key=lambda p: not any("Command::new" in x for x in p.prepare))
    prepare = [line for p in made for line in p.prepare if "?" in line]
    owned = [line for p in order for line in p.prepare if "?" not in line]
    named = any("NAME" in line for line in prepare)
    lines = [f'const NAME: &str = "nbd_{function.name}";'] if named else []
    lines += [_entry(function, named), *prepare, *owned]
    values = ["h", *(value for p in made for value in p.values)]
    start, end = "let r = unsafe { ", " };"
    if any("command" in line for line in owned):
        start, end = "let r = command.issue(|| unsafe { ", " });"
    lines.append("// SAFETY: the handle is open, and the arguments outlive the call.")
    lines += _call(start, f"sys::nbd_{function.name}", values, end)
    lines += [f"drop({p.name});" for p in made if any("Scope" in x for x in p.prepare)]
    if function.may_set_error:
        lines.append(f"glue::{_fallible(function)}(r)")
    else:
        lines.append(_infallible(function))
    return lines


def _call(start: str, function: str, values: Sequence[str], end: str) -> list[str]:
    """A call on one line, or with each argument on its own."""
    line = f"{start}{function}({', '.join(values)}){end}"
    if len(line) + 8 <= WIDTH:
        return [line]
    rows = [f"        {value}," for value in values]
    return [start.rstrip(), f"    {function}(", *rows, "    )", end.strip()]


def signature(
    head: str, params: Iterable[str], result: str, bound: str, indent: str = "    "
) -> str:
    """The head of a method, on as many lines as it needs."""
    items = ["&self", *params]
    end = f" -> {result}" if result != "()" else ""
    where = f"\n{indent}where\n{indent}    B: {bound},\n{indent}{{" if bound else " {"
    line = f"{indent}{head}({', '.join(items)}){end}"
    if len(line) + 2 <= WIDTH:
        return line + where
    rows = "".join(f"{indent}    {item},\n" for item in items)
    return f"{indent}{head}(\n{rows}{indent}){end}{where}"


def texts(function: Function, made: Iterable[Piece]) -> list[tuple[str, str]]:
    """Name and text of every argument."""
    every = [*function.args, *function.opt]
    return [(p.name, p.text or arg.text) for p, arg in zip(made, every)]


def _method(function: Function, doc: str, made: Sequence[Piece]) -> str:
    result = return_type(function)
    if function.may_set_error:
        result = f"Result<{result}>"
    bound = "".join(p.bound for p in made)
    head = f"pub fn {function.name}{'<B>' if bound else ''}"
    rows = [f"{p.name}: {p.kind}" for p in made]
    body = "\n".join(f"        {line}" for line in _body(function, made))
    return f"{doc}\n{signature(head, rows, result, bound)}\n{body}\n    }}\n"


def emit_calls(functions: Sequence[Function]) -> str:
    """The text of calls.rs."""
    prose = prose_of(functions)
    methods = []
    for function in functions:
        if function.body is Body.SPECIAL:
            continue
        made = pieces(function)
        buffer = buffer_of(function)
        extra = []
        if buffer is not None and is_owned(buffer):
            extra.append(OWNED.format(buf=buffer.name))
        doc = documentation(function, prose, texts(function, made), extra)
        methods.append(_method(function, doc, made))
    return SOURCE.substitute(methods="\n".join(methods))
