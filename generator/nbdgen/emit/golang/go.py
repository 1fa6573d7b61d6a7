# SPDX-License-Identifier: MIT
"""bindings/golang: methods.go, callbacks.go and constants.go."""

from __future__ import annotations

import re
from string import Template
from typing import Iterable, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, CbArg, Function, Group, Ret
from nbdgen.emit.golang.doc import GoProse, comment, fill
from nbdgen.emit.golang.types import (
    CALLBACK_TYPES,
    Field,
    callback_type,
    camel,
    fields,
    group_type,
    optargs_type,
    parameters,
    pascal,
    result_type,
)
from nbdgen.emit.python.model import callbacks, methods

# What go vet, linters and reviewing tools look for.
GENERATED = "// Code generated from generator/api; DO NOT EDIT.\n\npackage libnbd\n"

METHODS = Template(
    """\
$generated
// #include "wrappers.h"
import "C"

import (
    "net"
    "runtime"
    "unsafe"
)

$methods"""
)

METHOD = Template(
    """\
$comment
func (h *Libnbd) $name($params) $results {
${prepare}    if !h.begin() {
        return ${zero}closedError("$op")
    }
${closures}    ret := C.nbdgo_$op($passed)
    h.end()
${keep}    if ret.status != nil {
        return ${zero}failure("$op", ret.status)
    }
${finish}}
"""
)

CALLBACKS = Template(
    """\
$generated
// #include "glue.h"
import "C"

import "unsafe"

// LibnbdExtent describes one range of an export.
type LibnbdExtent struct {
    // The length in bytes.
    Length uint64

    // What this means depends on the metadata context.
    Flags uint64
}

$callbacks"""
)

CALLBACK = Template(
    """\
$comment
type $type func($params) int

//export nbdgoCall$name
func nbdgoCall$name($cparams) (ret C.int) {
    returned := false
    defer rescue(&returned, &ret, $error, panicked)
    c := closures.get(id)
    f := c.function.($type)
$call    returned = true
    return ret
}
"""
)

# The memory of a buffer is kept until the command has ended; then C releases it.
LEND = Template(
    """\
    memory, err := $name.lend("$op", "$name")
    if err != nil {
        h.end()
        return ${nothing}err
    }
"""
)

# The last statements of each callback.  A completion callback that returns 1 is not
# called again.
CALL = "    ret = C.int(f({passed}))\n"
CALL_ERRNO = """\
    c.errno = int(*error)
    ret = C.int(f({passed}))
    *error = C.int(c.errno)
"""
RETIRE = """\
    if ret == 1 {
        closures.release(id)
    }
"""

CALLBACK_NOTES = {
    CbArg.BYTES_IN: "The slice is a part of the buffer of the read, not a copy, and"
    " valid as long as that is.",
    CbArg.MUTABLE_INT: "*error is the number of the error, a syscall.Errno, or 0.  The"
    " pointer is valid until the callback returns.  What the callback stores there"
    " counts if it returns -1.",
}
LOCKED = (
    "It runs with the lock of the handle held: methods of the same handle that take"
    " the lock fail with EDEADLK.  A panic in it is a [CallbackPanic]."
)


INDENT = re.compile(r"^(?: {4})+", re.MULTILINE)


def with_tabs(text: str) -> str:
    """What gofmt demands: each four spaces before a line are a tab."""
    return INDENT.sub(lambda match: "\t" * (len(match[0]) // 4), text)


# Methods ---------------------------------------------------------------------


class _Method:
    """Collects the pieces of one method."""

    def __init__(self, function: Function) -> None:
        self.op = function.name
        kind = result_type(function)
        self.nothing = _zero(kind)
        self.prepare = ""
        self.closures = ""
        self.keep = ""
        self.passed = ["h.h"]
        for arg in function.args:
            self._argument(arg)
        if function.opt:
            self._optional(fields(function))

    def _convert(self, kind: str, name: str, local: str) -> None:
        """Make a local variable with a helper, which can return an error."""
        self.prepare += (
            f'    {local}, err := make{kind}("{self.op}", "{name}", {name})\n'
            f"    if err != nil {{\n        return {self.nothing}err\n    }}\n"
        )

    def _closure(self, variable: str, target: str, indent: str) -> str:
        return (
            f"{indent}if {variable} != nil {{\n"
            f"{indent}    {target} = closures.add({variable})\n"
            f"{indent}}}\n"
        )

    def _argument(self, arg: Arg) -> None:
        name = camel(arg.name)
        local = f"c{pascal(arg.name)}"
        match arg:
            case kinds.Int() | kinds.Fd() | kinds.EnumArg():
                given = f"int({name})" if isinstance(arg, kinds.EnumArg) else name
                self._convert("Int", name, local)
                self.prepare = self.prepare.replace(f", {name})", f", {given})")
                self.passed.append(local)
            case kinds.Plain() | kinds.FlagsArg():
                self.passed.append(f"C.{arg.ctype}({name})")
            case kinds.String() | kinds.Path():
                self._convert("String", name, local)
                self.passed.append(f"bytesPointer({local})")
            case kinds.StringList():
                self._convert("Strings", name, local)
                self.prepare += f"    defer C.free(unsafe.Pointer({local}))\n"
                self.passed.append(local)
            case kinds.SockAddr():
                self._convert("Address", name, local)
                self.passed.append(f"bytesPointer({local})")
                self.passed.append(f"C.size_t(len({local}))")
            case kinds.BytesIn(persist=True) | kinds.BytesOut(persist=True):
                self.closures += LEND.substitute(
                    name=name, op=self.op, nothing=self.nothing
                )
                self.passed.append("memory")
                self.passed.append(f"(*C.char)({name}.P)")
                self.passed.append(f"C.size_t({name}.Size)")
            case kinds.BytesIn() | kinds.BytesOut():
                self.passed.append(f"bytesPointer({name})")
                self.passed.append(f"C.size_t(len({name}))")
                self.keep += f"    runtime.KeepAlive({name})\n"
            case kinds.Closure():
                self.closures += f"    var {local} C.uintptr_t\n"
                self.closures += self._closure(name, local, "    ")
                self.passed.append(local)
            case _:
                assert_never(arg)

    def _optional(self, every: list[Field]) -> None:
        inside = ""
        for one in every:
            given = f"optargs.{one.name}"
            local = f"c{pascal(one.arg.name)}"
            self.passed.append(local)
            if isinstance(one.arg, kinds.OClosure):
                self.closures += f"    var {local} C.uintptr_t\n"
                test = f"{given}Set && {given}"
                inside += self._closure(given, local, "        ").replace(
                    given, test, 1
                )
            else:
                self.closures += f"    var {local} C.uint32_t\n"
                inside += f"        if {given}Set {{\n"
                inside += f"            {local} = C.uint32_t({given})\n        }}\n"
        self.closures += f"    if optargs != nil {{\n{inside}    }}\n"


def _zero(kind: str) -> str:
    """The value that is returned together with an error, and a comma."""
    return {"": "", "bool": "false, ", "*string": "nil, "}.get(kind, "0, ")


def _finish(function: Function) -> str:
    """The last lines of a method, once the call has succeeded."""
    kind = result_type(function)
    match function.returns:
        case Ret.ERR:
            return "    return nil\n"
        case Ret.BOOL:
            return "    return ret.value != 0, nil\n"
        case Ret.STRING:
            return (
                "    value := C.GoString(ret.value)\n"
                "    C.free(unsafe.Pointer(ret.value))\n"
                "    return &value, nil\n"
            )
        case Ret.STATIC_STRING:
            return "    value := C.GoString(ret.value)\n    return &value, nil\n"
        case _:
            return f"    return {kind}(ret.value), nil\n"


def _method(function: Function, every: list[Function]) -> str:
    pieces = _Method(function)
    kind = result_type(function)
    made = METHOD.substitute(
        comment=GoProse(function, every).method(),
        name=pascal(function.name),
        params=", ".join(f"{name} {kind}" for name, kind in parameters(function)),
        results=f"({kind}, error)" if kind else "error",
        op=function.name,
        zero=pieces.nothing,
        prepare=pieces.prepare,
        closures=pieces.closures,
        keep=pieces.keep,
        passed=", ".join(pieces.passed),
        finish=_finish(function),
    )
    return f"{_optargs(function)}{made}"


def _optargs(function: Function) -> str:
    """The struct of optional arguments, if there are any."""
    if not function.opt:
        return ""
    name = optargs_type(function)
    text = (
        f"{name} are the optional arguments of [Libnbd.{pascal(function.name)}]."
        "  Each counts only if the field before it is true."
    )
    rows: list[str] = []
    for one in fields(function):
        width = len(one.name) + 3
        rows.append(f"    {one.name}Set bool\n    {one.name:<{width}} {one.type}\n")
    body = "\n".join(rows)
    return f"{comment(fill(text))}\ntype {name} struct {{\n{body}}}\n\n"


def emit_methods_go(functions: Iterable[Function]) -> str:
    """The text of bindings/golang/methods.go."""
    every = list(functions)
    made = [_method(function, every) for function in methods(every)]
    text = METHODS.substitute(generated=GENERATED, methods="\n".join(made))
    return with_tabs(text)


# Callbacks -------------------------------------------------------------------


def _callback(callback: kinds.Callback) -> str:
    types = [f"{name} {CALLBACK_TYPES[kind]}" for kind, name in callback.args]
    cparams = ["id C.uint64_t"]
    passed: list[str] = []
    error = "nil"
    notes: list[str] = []
    for kind, name in callback.args:
        match kind:
            case CbArg.BYTES_IN:
                cparams += [f"{name} *C.char", "count C.size_t"]
                passed.append(f"unsafe.Slice((*byte)(unsafe.Pointer({name})), count)")
            case CbArg.STRING:
                cparams.append(f"{name} *C.char")
                passed.append(f"C.GoString({name})")
            case CbArg.UINT64:
                cparams.append(f"{name} C.uint64_t")
                passed.append(f"uint64({name})")
            case CbArg.INT64:
                cparams.append(f"{name} C.int64_t")
                passed.append(f"int64({name})")
            case CbArg.UINT:
                cparams.append(f"{name} C.uint")
                passed.append(f"uint({name})")
            case CbArg.MUTABLE_INT:
                cparams.append(f"{name} *C.int")
                passed.append("&c.errno")
                error = name
            case CbArg.EXTENTS32:
                cparams += [f"{name} *C.uint32_t", "nrEntries C.size_t"]
                passed.append(f"copyExtents32({name}, nrEntries)")
            case CbArg.EXTENTS64:
                cparams += [f"{name} *C.nbd_extent", "nrEntries C.size_t"]
                passed.append(f"copyExtents64({name}, nrEntries)")
            case _:
                assert_never(kind)
        if kind in CALLBACK_NOTES:
            notes.append(CALLBACK_NOTES[kind])
    cparams.append("panicked *C.uint64_t")
    call = (CALL if error == "nil" else CALL_ERRNO).format(passed=", ".join(passed))
    if callback.name == "completion":
        call += RETIRE
        notes.append("If it returns 1 the command is retired.")
    kind_name = callback_type(callback)
    text = callback.text[0].lower() + callback.text[1:]
    paragraphs = [
        fill(f"{kind_name} is told: {text}"),
        fill(" ".join([*notes, LOCKED])),
    ]
    return CALLBACK.substitute(
        comment=comment("\n\n".join(paragraphs)),
        type=kind_name,
        name=pascal(callback.name),
        params=", ".join(types),
        cparams=", ".join(cparams),
        error=error,
        call=call,
    )


def emit_callbacks_go(functions: Iterable[Function]) -> str:
    """The text of bindings/golang/callbacks.go."""
    made = [_callback(callback) for callback in callbacks(methods(functions))]
    text = CALLBACKS.substitute(generated=GENERATED, callbacks="\n".join(made))
    return with_tabs(text)


# Constants -------------------------------------------------------------------


def _constant(name: str, kind: str, constant: kinds.Constant) -> str:
    value = constant.value
    text = constant.text.replace("LIBNBD_", "")
    head = comment(fill(f"{name}: {text}.", room=WIDTH_INSIDE), "    ")
    literal = f'"{value}"' if isinstance(value, str) else f"{value:#x}"
    if isinstance(value, int) and value < 10:
        literal = str(value)
    return f"{head}\n    {name}{kind and ' ' + kind} = {literal}\n"


WIDTH_INSIDE = 69


def _group(group: Group) -> str:
    kind = group_type(group)
    below = "int" if isinstance(group, kinds.EnumGroup) else "uint32"
    prefix = f"{group.name}_"
    members = list(group.members)
    if isinstance(group, kinds.FlagGroup):
        members.append(kinds.Constant("MASK", group.mask, "all of them"))
    text = f"{kind}: {group.text[0].lower()}{group.text[1:]}"
    rows = [_constant(f"{prefix}{member.name}", kind, member) for member in members]
    body = "\n".join(rows)
    return f"{comment(fill(text))}\ntype {kind} {below}\n\nconst (\n{body})\n"


def emit_constants_go(
    groups: Iterable[Group], constants: Iterable[kinds.Constant]
) -> str:
    """The text of bindings/golang/constants.go."""
    made = [_group(group) for group in groups]
    body = "\n".join(_constant(one.name, "", one) for one in constants)
    text = "// What callbacks and queries return, and names of metadata contexts."
    made.append(f"{text}\nconst (\n{body})\n")
    return with_tabs(GENERATED + "\n" + "\n".join(made))
