# SPDX-License-Identifier: MIT
"""bindings/node/lib/nbd.d.ts and constants.d.ts: types with their documentation."""

from __future__ import annotations

from string import Template
from typing import Iterable, Sequence, assert_never

from nbdgen import doc, releases
from nbdgen.calls import kinds
from nbdgen.calls.check_api import argument_names, known_names
from nbdgen.calls.model import Arg, CbArg, Constant, Function, Ret
from nbdgen.emit.comments import Prose, paragraphs
from nbdgen.emit.node.model import Form, Method, camel, has_memory, methods, names
from nbdgen.emit.python.model import callbacks
from nbdgen.source import Place

WIDTH = 84

SOURCE = Template(
    """\
import {
  Address, Bytes, CommandOptions, Extent, FlagOptions, Handle, Path,
  WaitOptions,
} from './core';

$callbacks
/**
 * A handle: one connection to an NBD server, or the plan for it.
 *
 * Every function of the library is a method.  A call that fails throws an
 * {@link NbdError}, or rejects its promise with one.  Methods whose name ends in
 * `Sync` block the event loop until they are done.  {@link connect} and
 * {@link Disk} are what most programs want.
 */
export class NBD extends Handle {
$methods}
"""
)

CALLBACK_TYPES = {
    CbArg.BYTES_IN: "Uint8Array",
    CbArg.STRING: "string",
    CbArg.UINT64: "number | bigint",
    CbArg.INT64: "number | bigint",
    CbArg.UINT: "number",
    CbArg.MUTABLE_INT: "number",
    CbArg.EXTENTS32: "Extent[]",
    CbArg.EXTENTS64: "Extent[]",
}

COMMAND_TEXT = (
    "The memory must not be changed, moved or resized until the promise is settled."
)


def _pascal(name: str) -> str:
    made = camel(name)
    return made[:1].upper() + made[1:]


def _callback_type(callback: kinds.Callback) -> str:
    return f"{_pascal(callback.name)}Callback"


JOINED = "\0"  # a space at which no line may be broken


class _Prose(Prose):
    """Renders the text of records as TSDoc, for one method."""

    def __init__(self, every: Sequence[Function], method: Method | None = None) -> None:
        arguments = [name for one in every for name in argument_names(one)]
        known = known_names(list(every)).with_args(arguments)
        super().__init__(known.speaking("node"), Place("record", 1))
        blocking = method is not None and method.form is Form.SYNC
        self.methods = names(every, blocking)
        self.sizes: dict[str, str] = {}

    def tell_size(self, method: Method, by_length: bool) -> None:
        """Set the words for a size, which is not an argument in JavaScript."""
        for arg in method.described.args:
            if isinstance(arg, (kinds.BytesIn, kinds.BytesOut)):
                size = "length" if by_length else f"{camel(arg.name)}.byteLength"
                self.sizes = {arg.size: size}
                if by_length:
                    self.sizes[arg.name] = "the new Buffer"

    def word(self, part: doc.Inline) -> str:
        match part:
            case doc.Text(text):
                return text.replace("*/", "*\\/").replace("@", "\\@")
            case doc.Literal(text):
                return f"`{text}`"
            case doc.ArgName(name):
                shown = self.sizes.get(name, camel(name))
                return shown if " " in shown else f"`{shown}`"
            case doc.FunctionName(name):
                return self.link(name)
            case doc.ConstantName(name):
                return f"`{name.removeprefix('LIBNBD_')}`"
            case doc.Page(name, section):
                return f"{name}({section})"
            case _:
                assert_never(part)

    def link(self, name: str) -> str:
        target = self.methods[name]
        if target == "AbortSignal":
            return "`AbortSignal`"
        return f"{{@link{JOINED}{target}}}"

    def paragraph(self, text: str) -> str:
        return text

    def code(self, text: str) -> str:
        return f"```text\n{text}\n```"

    def item(self, text: str) -> str:
        return f"- {text}"


def _comment(blocks: Iterable[str], indent: str) -> str:
    """A documentation comment of these paragraphs."""
    lines = paragraphs(blocks, WIDTH - len(indent) - 3, ("- ", "@"))
    rows = [f"{indent} * {line}".rstrip().replace(JOINED, " ") for line in lines]
    return "\n".join([f"{indent}/**", *rows, f"{indent} */"])


# Types -----------------------------------------------------------------------


def _type(arg: Arg) -> str:
    match arg:
        case kinds.Bool():
            return "boolean"
        case kinds.UInt64() | kinds.SizeT() | kinds.UIntPtr():
            return "number | bigint"
        case kinds.Plain() | kinds.EnumArg() | kinds.FlagsArg():
            return "number"
        case kinds.String():
            return "string"
        case kinds.Path():
            return "Path"
        case kinds.StringList():
            return "readonly string[]"
        case kinds.SockAddr():
            return "Address"
        case kinds.BytesIn() | kinds.BytesOut():
            return "Bytes"
        case kinds.Closure():
            return _callback_type(arg.callback)
        case _:
            assert_never(arg)


def _result(function: Function) -> str:
    match function.returns:
        case Ret.ERR | Ret.COOKIE:
            return "void"
        case Ret.BOOL:
            return "boolean"
        case Ret.STRING | Ret.STATIC_STRING:
            return "string"
        case Ret.INT64 | Ret.UINT64 | Ret.UINTPTR:
            return "number | bigint"
        case Ret.INT | Ret.FD | Ret.ENUM | Ret.SIZE | Ret.UINT | Ret.FLAGS:
            return "number"
        case Ret.HANDLE | Ret.VOID:
            raise ValueError(f"{function.name} is no method")
        case _:
            assert_never(function.returns)


def _options(method: Method) -> str:
    if not method.is_promise:
        return "FlagOptions"
    return "CommandOptions" if method.flags is not None else "WaitOptions"


def _signatures(method: Method) -> list[str]:
    """The signatures of a method; a read has two."""
    params = [f"{camel(arg.name)}: {_type(arg)}" for arg in method.function.args]
    if method.has_options:
        params.append(f"options?: {_options(method)}")
    result = _result(method.described)
    heads = [(f"{method.name}", params, result)]
    if method.read is not None:
        at = method.function.args.index(method.read)
        name = camel(method.read.name)
        by_length = [*params[:at], "length: number", *params[at + 1 :]]
        by_memory = [*params[:at], f"{name}: B", *params[at + 1 :]]
        heads = [
            (method.name, by_length, "Buffer"),
            (f"{method.name}<B extends Bytes>", by_memory, "B"),
        ]
    return [_signature(method, *head) for head in heads]


def _signature(method: Method, name: str, params: list[str], result: str) -> str:
    end = f"Promise<{result}>" if method.is_promise else result
    line = f"  {name}({', '.join(params)}): {end};"
    if len(line) <= WIDTH:
        return line
    rows = "".join(f"    {param},\n" for param in params)
    return f"  {name}(\n{rows}  ): {end};"


# Documentation ---------------------------------------------------------------


def _parameters(method: Method, prose: _Prose, by_length: bool) -> list[str]:
    rows: list[str] = []
    for arg in method.function.args:
        name, text = camel(arg.name), prose.line(arg.text)
        if arg is method.read and by_length:
            name, text = "length", "how many bytes to read into a new Buffer"
        rows.append(f"@param {name} - {text}")
    if method.flags is not None:
        rows.append(f"@param options - flags: {prose.line(method.flags.text)}")
    return rows


def _documentation(method: Method, prose: _Prose, by_length: bool) -> str:
    """The comment above one signature."""
    function = method.described
    summary = prose.line(function.summary)
    shown = [f"{summary[:1].upper()}{summary[1:]}.", *prose.blocks(function.text)]
    if method.form is Form.SYNC:
        shown.append("This blocks the event loop until it is done.")
    if method.form is Form.COMMAND and not by_length and has_memory(method):
        shown.append(COMMAND_TEXT)
    since = releases.words(function.since)
    shown.append(f"It is nbd_{method.function.name}, since {since}.")
    shown += _parameters(method, prose, by_length)
    if method.read is not None:
        what = "the new Buffer" if by_length else f"`{camel(method.read.name)}`"
        shown.append(f"@returns {what}, filled")
    shown += [
        f"@throws {{@link{JOINED}NbdError}} `{name}`: {prose.line(why)}"
        for name, why in function.errors.items()
        if name != "EFAULT"  # there is no NULL here
    ]
    return _comment(shown, "  ")


def _documented(method: Method, every: Sequence[Function]) -> str:
    made: list[str] = []
    prose = _Prose(every, method)
    for at, signature in enumerate(_signatures(method)):
        by_length = at == 0 and method.read is not None
        prose.tell_size(method, by_length)
        made.append(f"{_documentation(method, prose, by_length)}\n{signature}\n")
    return "\n".join(made)


def _callback(callback: kinds.Callback, prose: _Prose) -> str:
    params = ", ".join(
        f"{camel(name)}: {CALLBACK_TYPES[kind]}" for kind, name in callback.args
    )
    text = _comment([prose.line(callback.text)], "")
    name = _callback_type(callback)
    line = f"export type {name} = ({params}) => unknown;"
    if len(line) > WIDTH:
        line = f"export type {name} =\n  ({params}) => unknown;"
    return f"{text}\n{line}\n"


def emit_nbd_dts(functions: Iterable[Function]) -> str:
    """The text of bindings/node/lib/nbd.d.ts."""
    every = list(functions)
    prose = _Prose(every)
    made = methods(every)
    needed = callbacks([method.function for method in made])
    return SOURCE.substitute(
        callbacks="\n".join(
            _callback(one, prose) for one in needed if one.name != "completion"
        ),
        methods="\n".join(_documented(method, every) for method in made),
    )


def emit_constants_dts(constants: Sequence[Constant]) -> str:
    """The text of bindings/node/lib/constants.d.ts."""
    rows: list[str] = []
    for constant in constants:
        value = constant.value
        text = f"'{value}'" if isinstance(value, str) else str(value)
        shown = constant.text.replace("LIBNBD_", "")
        rows.append(f"{_comment([shown[:1].upper() + shown[1:] + '.'], '')}")
        rows.append(f"export const {constant.name}: {text};")
    return "\n".join(rows)
