# SPDX-License-Identifier: MIT
"""bindings/node/lib/nbd.js and constants.js: the class NBD, and constants.

The methods arrange their arguments; what they have in common is in core.js.
"""

from __future__ import annotations

from string import Template
from typing import Iterable, Sequence

from nbdgen.calls import kinds
from nbdgen.calls.model import Body, CbArg, Constant, Function, Ret
from nbdgen.emit.node.model import Form, Method, camel, methods
from nbdgen.emit.python.model import callbacks

SOURCE = Template(
    """\
'use strict';

const {
  Guard, Handle, STATE, command, connecting, ending, flagsOf, lasting, option,
} = require('./core');
const {
  bytesOf, extentsOf, given, part, pathOf, roomOf,
} = require('./arguments');
const native = require('./native');

// What the addon calls for a callback; it calls the function of the program.
const wrappers = {
$wrappers};

class NBD extends Handle {
$methods}

exports.NBD = NBD;
"""
)

# What the promise of an option is fulfilled with.
OUTCOMES = {Ret.ERR: "agreed", Ret.BOOL: "accepted", Ret.INT: "counted"}

WIDTH = 80

# Callbacks whose return value is used.
ANSWERING = frozenset(("interrupt",))


def _wrapper(callback: kinds.Callback) -> str:
    """An entry of the table of wrappers."""
    taken: list[str] = []
    passed: list[str] = []
    made = "(call)"
    for kind, name in callback.args:
        taken.append(name)
        match kind:
            case CbArg.BYTES_IN:
                made = "(call, memory)"
                taken.append("count")
                passed.append(f"part(memory, {name}, count)")
            case CbArg.EXTENTS32 | CbArg.EXTENTS64:
                passed.append(f"extentsOf({name})")
            case _:
                passed.append(name)
    return (
        f"  {callback.name}: {made} => ({', '.join(taken)}) =>\n"
        f"    call({', '.join(passed)}),\n"
    )


def _value(arg: kinds.Arg) -> str:
    """What a method passes to the addon for one argument."""
    name = camel(arg.name)
    match arg:
        case kinds.Path():
            return f"pathOf({name})"
        case kinds.BytesIn() | kinds.BytesOut():
            return "memory"
        case kinds.Closure():
            return "callback"
        case _:
            return name


def _memory(method: Method) -> tuple[str, str]:
    """The function that gets the command's memory, and from which argument."""
    for arg in method.function.args:
        match arg:
            case kinds.BytesIn():
                return "bytesOf", camel(arg.name)
            case kinds.BytesOut():
                return "roomOf", camel(arg.name)
    return "null", "null"


def _closure(method: Method) -> kinds.Closure | None:
    for arg in method.function.args:
        if isinstance(arg, kinds.Closure):
            return arg
    return None


def _fit(start: str, items: list[str], end: str, indent: int) -> str:
    """`start(items)end` in as many lines as it needs."""
    lines = [f"{start}({items[0]}"]
    room = indent
    for item in items[1:]:
        lines[-1] += ","
        if room + len(lines[-1]) + len(item) + len(end) + 2 <= WIDTH:
            lines[-1] += f" {item}"
        else:
            lines.append(item)
            room = indent + 2
    return ("\n" + " " * (indent + 2)).join(lines) + f"){end}"


def _wrap(closure: kinds.Closure, memory: str, indent: int) -> str:
    """The statement that makes the callback of the addon."""
    name = closure.name
    items = [f"'{name}'", camel(name), f"wrappers.{name}"]
    if memory != "null":
        items.append(memory)
    return _fit("const callback = guard.wrap", items, ";", indent)


def _call(
    method: Method, handle: str, flags: str, indent: int, end: str = "", start: str = ""
) -> str:
    """The call of the addon."""
    values = [handle, *map(_value, method.function.args)]
    if method.flags is not None:
        values.append(flags)
    return _fit(f"{start}native.{method.function.name}", values, end, indent)


def _lasting(method: Method, closure: kinds.Closure) -> list[str]:
    """The body of a method that sets a lasting callback."""
    name = closure.name
    answers = "true" if name in ANSWERING else "false"
    return [
        f"const callback = lasting('{name}', {camel(name)}, {answers});",
        _call(method, HANDLE, "", 4, ";"),
        f"this[STATE].callbacks.{name} = callback;",
    ]


HANDLE = "this[STATE].handle"


def _direct(method: Method) -> list[str]:
    """The body of a method that returns its result, not a promise."""
    prepare, buffer = _memory(method)
    closure = _closure(method)
    lines: list[str] = []
    if prepare != "null":
        lines.append(f"const memory = {prepare}({buffer});")
    flags = "flagsOf(options)"
    if closure is not None:
        memory = "memory" if prepare != "null" else "null"
        lines += ["const guard = new Guard();", _wrap(closure, memory, 4)]
        call = f"guard.run(() =>\n      {_call(method, HANDLE, flags, 6, ');')}"
    elif method.read is not None:
        call = _call(method, HANDLE, flags, 4, ";")
    else:
        call = _call(method, HANDLE, flags, 4, ";", "return ")
    if method.read is not None:
        return [*lines, call, f"return given({buffer}, memory);"]
    return [*lines, call if call.startswith("return") else f"return {call}"]


def _promise(method: Method) -> list[str]:
    """The body of a method that returns a promise."""
    prepare, buffer = _memory(method)
    closure = _closure(method)
    guard = ["guard"] if closure is not None else []
    items = ["this", f"'nbd_{method.function.name}'", "options"]
    taken = ["handle"]
    match method.form:
        case Form.COMMAND:
            start = "command"
            items += [prepare, buffer]
            taken += ["flags"]
            taken += ["memory"] if guard or prepare != "null" else []
        case Form.OPTION:
            start = "option"
            items += [f"'{OUTCOMES[method.described.returns]}'"]
        case Form.END:
            start = "ending"
            taken += ["flags"] if method.flags is not None else []
        case _:
            start = "connecting"
    head = f"({', '.join([*taken, *guard])}) =>"
    start = _fit(f"return {start}", items, "", 4)[:-1]
    if closure is None:
        body = f"\n        {_call(method, 'handle', 'flags', 8)}"
    else:
        memory = "memory" if prepare != "null" else "null"
        call = _call(method, "handle", "flags", 15, ";")
        body = (
            f" {{\n        {_wrap(closure, memory, 8)}\n        return {call}\n      }}"
        )
    return [f"{start},\n      {head}{body});"]


def parameter_names(method: Method) -> list[str]:
    found = [camel(arg.name) for arg in method.function.args]
    return [*found, "options"] if method.has_options else found


def _method(method: Method) -> str:
    closure = _closure(method)
    if method.is_promise:
        lines = _promise(method)
    elif method.form is Form.PLAIN and closure is not None:
        lines = _lasting(method, closure)
    else:
        lines = _direct(method)
    body = "".join(f"    {line}\n" for line in lines)
    return f"  {method.name}({', '.join(parameter_names(method))}) {{\n{body}  }}\n"


def emit_nbd_js(functions: Iterable[Function]) -> str:
    """The text of bindings/node/lib/nbd.js."""
    every = methods(functions)
    commands = [m.function for m in every if m.function.body is not Body.CALL]
    needed = [one for one in callbacks(commands) if one.name != "completion"]
    return SOURCE.substitute(
        wrappers="".join(map(_wrapper, needed)),
        methods="\n".join(map(_method, every)),
    )


def emit_constants_js(constants: Sequence[Constant]) -> str:
    """The text of bindings/node/lib/constants.js."""
    rows = ["'use strict';", ""]
    for constant in constants:
        value = constant.value
        text = f"'{value}'" if isinstance(value, str) else str(value)
        rows.append(f"exports.{constant.name} = {text};")
    return "\n".join(rows)
