# SPDX-License-Identifier: MIT
"""bindings/rust/libnbd: the methods of AsyncHandle, which are futures."""

from __future__ import annotations

from string import Template
from typing import Sequence

from nbdgen.calls.model import Body, Closure, Function, OClosure, Ret
from nbdgen.emit.rust.calls import pieces, signature, texts
from nbdgen.emit.rust.model import (
    CALLBACK_TYPES,
    buffer_of,
    documentation,
    is_owned,
    prose_of,
)

SOURCE = Template(
    """\
//! The methods of an asynchronous handle: one for each blocking call that has an
//! asynchronous form.

use std::ffi::OsStr;
use std::os::unix::io::OwnedFd;
use std::path::Path;

use crate::asynchronous::{reply, Count};
use crate::{AsyncHandle, CmdFlag, NbdExtent, Result};

impl AsyncHandle {
$methods}
"""
)

BUFFER = """\
`{buf}` is moved into the command and returned when it has finished.  If the future
is dropped before, the command is cancelled and the buffer is dropped with it."""

CANCELLED = """\
If the future is dropped before it is ready, the command is cancelled."""

DROPPED = """\
If the future is dropped before it is ready, what was started goes on."""


def _option(function: Function, issue: str) -> list[str]:
    """The body of a method for an option, whose result may be a count."""
    how = "accepted" if function.returns is Ret.BOOL else "agreed"
    lines = ["let (reply, result) = reply();"]
    wait = f"self.{how}(result).await"
    if function.returns is not Ret.INT:
        return [*lines, f"self.issued({issue})?;", wait]
    closures = [arg for arg in function.args if isinstance(arg, Closure)]
    lines.append("let (count, counter) = Count::new();")
    lines += _counting(closures[0])
    return [*lines, f"self.issued({issue})?;", f"{wait}?;", "Ok(count.get())"]


def _statements(function: Function, issue: str) -> list[str]:
    """The body of a method, given the call of Handle."""
    if function.body is Body.SYNC_CONNECT:
        return [f"self.connecting({issue})?;", "self.connected().await"]
    if function.name == "opt_abort":
        return [f"self.issued({issue})?;", "self.ended().await"]
    if function.body is Body.SYNC_OPTION:
        return _option(function, issue)
    return [
        "let (reply, result) = reply();",
        f"let cookie = self.issued({issue})?;",
        "self.finished(cookie, result).await",
    ]


def _counting(closure: Closure) -> list[str]:
    """A closure that counts its calls, which the blocking call returns."""
    name = closure.name
    args = ", ".join(name for _, name in closure.callback.args)
    kinds = ", ".join(
        f"{name}: {CALLBACK_TYPES[kind]}" for kind, name in closure.callback.args
    )
    return [
        f"let mut call = {name};",
        f"let {name} = move |{kinds}| {{",
        "    counter.add();",
        f"    call({args})",
        "};",
    ]


def _issue(twin: Function) -> str:
    """The call of the asynchronous method of Handle."""
    values = []
    owned = is_owned(buffer_of(twin))
    for arg in (*twin.args, *twin.opt):
        if not isinstance(arg, OClosure):
            values.append(arg.name)
        elif owned:
            values.append("move |buf, error| reply.send(buf, *error)")
        else:
            values.append("move |error| reply.send((), *error)")
    return f"self.handle().{twin.name}({', '.join(values)})"


def _result(function: Function, twin: Function) -> str:
    if is_owned(buffer_of(twin)):
        return "Result<B>"
    results = {Ret.ERR: "()", Ret.BOOL: "bool", Ret.INT: "i32"}
    return f"Result<{results[function.returns]}>"


def emit_async_calls(functions: Sequence[Function]) -> str:
    """The text of async_calls.rs."""
    prose = prose_of(functions, waiting=[f.name for f in functions if f.aio])
    named = {function.name: function for function in functions}
    methods = []
    for function in functions:
        if not function.aio:
            continue
        twin = named[function.aio]
        every = [p for p in pieces(twin) if "Command::new" not in "".join(p.prepare)]
        rows = [(n, t) for n, t in texts(twin, pieces(twin)) if n != "completion"]
        buffer = buffer_of(twin)
        is_command = function.body not in (Body.SYNC_CONNECT, Body.SYNC_OPTION)
        extra = [CANCELLED if is_command else DROPPED]
        if buffer is not None and is_owned(buffer):
            extra = [BUFFER.format(buf=buffer.name)]
        doc = documentation(function, prose, rows, extra)
        bound = "".join(p.bound for p in every)
        head = f"pub async fn {function.name}{'<B>' if bound else ''}"
        shown = [f"{p.name}: {p.kind}" for p in every]
        result = _result(function, twin)
        body = "\n".join(
            f"        {line}" for line in _statements(function, _issue(twin))
        )
        top = signature(head, shown, result, bound)
        methods.append(f"{doc}\n{top}\n{body}\n    }}\n")
    return SOURCE.substitute(methods="\n".join(methods))
