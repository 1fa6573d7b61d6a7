# SPDX-License-Identifier: MIT
"""bindings/ocaml/stubs.c: a C function for each external of NBD.ml."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Iterable, Sequence, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, CbArg, Function, OptArg, Ret
from nbdgen.emit.c.cdecl import callback_params, closure_type, fill, join_type
from nbdgen.emit.ocaml.model import BYTE_ARGUMENTS, externals
from nbdgen.emit.python.model import callbacks

SOURCE = Template(
    """\
#include "glue.h"

/* Callbacks: from the library's closures to the functions of NBD.ml. */

enum {
$indexes
};

struct runner nbdml_runners[] = {
$runners
  { .name = NULL }
};

$callbacks
/* Externals, in the order of the header. */

$functions"""
)

CALLBACK = Template(
    """\
static int
$head
{
  struct arguments arguments = {
$members
  };
  return nbdml_run (user_data, &nbdml_runners[RUN_$upper], &arguments);
}

/* Give a closure to the library, if there is one. */
static $type
${name}_closure (struct closure *closure, bool callable)
{
  return ($type) {
    .callback = callable ? call_$name : NULL,
    .user_data = closure,
    .free = closure != NULL ? nbdml_free_closure : NULL
  };
}
"""
)

FUNCTION = Template(
    """\
$prototype;

value
$head
{
$roots
  CAMLlocal1 (result);
  struct call call;
$first  nbdml_open (&call, &h, "$name", $locked);
$arguments  nbdml_enter (&call);
$call
  nbdml_leave (&call);
$result  nbdml_finish (&call, $failed);
  CAMLreturn (result);
}
"""
)

BYTE = Template(
    """\
extern value nbdml_${name}_byte (value *argv, int argn);

value
nbdml_${name}_byte (value *argv, int argn UNUSED)
{
$call
}
"""
)


# Callbacks -------------------------------------------------------------------


def _members(callback: kinds.Callback) -> list[str]:
    """The members of struct arguments that the callback fills in."""
    strings = [name for kind, name in callback.args if kind == CbArg.STRING]
    lines = [f".strings = {{ {', '.join(strings)} }}"] if strings else []
    for kind, name in callback.args:
        match kind:
            case CbArg.BYTES_IN:
                lines += [f".data = {name}", ".count = count"]
            case CbArg.STRING:
                pass
            case CbArg.UINT64:
                lines.append(f".number = {name}")
            case CbArg.INT64:
                lines.append(f".number = (uint64_t) {name}")
            case CbArg.UINT:
                lines.append(f".word = {name}")
            case CbArg.MUTABLE_INT:
                lines.append(f".error = {name}")
            case CbArg.EXTENTS32 | CbArg.EXTENTS64:
                lines += [f".data = {name}", ".count = nr_entries"]
            case _:
                assert_never(kind)
    return lines or ["0"]


def _callback(callback: kinds.Callback) -> str:
    return CALLBACK.substitute(
        name=callback.name,
        upper=callback.name.upper(),
        type=closure_type(callback),
        head=fill(f"call_{callback.name}", callback_params(callback), ""),
        members=",\n".join(f"    {line}" for line in _members(callback)),
    )


# Arguments -------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """What one argument adds to a function."""

    get: str  # a declaration of c_<name>
    passed: tuple[str, ...]  # to the library
    first: str = ""  # what must be done before the call begins
    after: str = ""  # what must be done after it


def _noted(ctype: str, kind: str, name: str) -> Piece:
    """An argument whose conversion can fail, which is noted in the call."""
    start = f"  {join_type(ctype, f'c_{name}')} = nbdml_{kind}"
    return Piece(fill(start, ["&call", name, f'"{name}"'], ";"), (f"c_{name}",))


def _simple(ctype: str, value: str, name: str) -> Piece:
    declared = join_type(ctype, f"c_{name}")
    return Piece(f"  {declared} = {value};", (f"c_{name}",))


def _bytes(arg: kinds.BytesIn | kinds.BytesOut) -> Piece:
    """The memory of a Buffer, or a copy of bytes: the collector moves bytes."""
    name, size = arg.name, f"n_{arg.name}"
    passed = (f"c_{name}", size)
    if arg.persist:
        data = f"  void *c_{name} = Caml_ba_data_val ({name});"
        length = f"(size_t) Caml_ba_array_val ({name})->dim[0]"
        return Piece(f"{data}\n  size_t {size} = {length};", passed)
    length = f"  size_t {size} = caml_string_length ({name});"
    kind = "bytes" if isinstance(arg, kinds.BytesIn) else "room"
    data = f"  void *c_{name} = nbdml_{kind} (&call, {name});"
    after = f"  nbdml_fill ({name}, c_{name});\n" if kind == "room" else ""
    return Piece(f"{data}\n{length}", passed, after=after)


def _persistent(function: Function) -> str:
    """The buffer that a completion closure has to keep, if there is one."""
    for arg in function.args:
        if isinstance(arg, (kinds.BytesIn, kinds.BytesOut)) and arg.persist:
            return arg.name
    return "Val_unit"


def _piece(arg: Arg | OptArg, function: Function) -> Piece:
    name = arg.name
    match arg:
        case kinds.Bool():
            return _simple("bool", f"Bool_val ({name})", name)
        case kinds.Int():
            return _noted("int", "signal" if name == "signum" else "int", name)
        case kinds.EnumArg():
            return _noted("int", "int", name)
        case kinds.Fd():
            return _simple("int", f"Int_val ({name})", name)
        case kinds.FlagsArg() | kinds.OFlags():
            return _noted("uint32_t", "mask", name)
        case kinds.UInt32():
            return _noted("uint32_t", "uint32", name)
        case kinds.UInt64():
            return _simple("uint64_t", f"(uint64_t) Int64_val ({name})", name)
        case kinds.SizeT():
            return _noted("size_t", "size", name)
        case kinds.UIntPtr():
            return _simple("uintptr_t", f"(uintptr_t) Long_val ({name})", name)
        case kinds.String() | kinds.Path():
            return _noted("const char *", "string", name)
        case kinds.StringList():
            return _noted("char **", "strings", name)
        case kinds.SockAddr():
            return Piece(
                "",
                (f"(struct sockaddr *) &c_{name}", f"n_{name}"),
                first=f"  struct sockaddr_storage c_{name};\n"
                f"  socklen_t n_{name} = nbdml_address ({name}, &c_{name});\n",
            )
        case kinds.BytesIn() | kinds.BytesOut():
            return _bytes(arg)
        case kinds.Closure():
            start = f"  struct closure *c_{name} = nbdml_closure"
            get = fill(start, ["&call", name], ";")
            return Piece(get, (f"{name}_closure (c_{name}, true)",))
        case kinds.OClosure():
            start = f"  struct closure *c_{name} = nbdml_completion"
            get = fill(start, ["&call", name, _persistent(function)], ";")
            callable = f"  bool has_{name} = Is_block ({name});"
            passed = f"{name}_closure (c_{name}, has_{name})"
            return Piece(f"{get}\n{callable}", (passed,))
        case _:
            assert_never(arg)


# Results ---------------------------------------------------------------------


def _value(returns: Ret) -> str:
    """The OCaml value made of the result."""
    match returns:
        case Ret.ERR:
            return "Val_unit"
        case Ret.BOOL:
            return "Val_bool (ret)"
        case Ret.INT | Ret.FD | Ret.ENUM:
            return "Val_int (ret)"
        case Ret.SIZE | Ret.UINT | Ret.FLAGS:
            return "Val_long (ret)"
        case Ret.UINTPTR:
            return "Val_long ((intnat) ret)"
        case Ret.INT64 | Ret.COOKIE:
            return "caml_copy_int64 (ret)"
        case Ret.UINT64:
            return "caml_copy_int64 ((int64_t) ret)"
        case Ret.STRING | Ret.STATIC_STRING:
            return "caml_copy_string (ret)"
        case Ret.HANDLE | Ret.VOID:
            raise ValueError("functions with this result are written by hand")
        case _:
            assert_never(returns)


def _result(function: Function) -> str:
    make = f"result = {_value(function.returns)};"
    if function.error is None or function.returns == Ret.ERR:
        return f"  {make}\n"
    free = "    free (ret);\n  }\n" if function.returns == Ret.STRING else ""
    brace = " {" if free else ""
    return f"  if (ret != {function.error}){brace}\n    {make}\n{free}"


# Functions -------------------------------------------------------------------


def _roots(names: Sequence[str]) -> str:
    lines = [f"  CAMLparam{len(names[:5])} ({', '.join(names[:5])});"]
    if names[5:]:
        lines.append(f"  CAMLxparam{len(names[5:])} ({', '.join(names[5:])});")
    return "\n".join(lines)


def _call(function: Function, passed: Sequence[str]) -> str:
    start = f"  {join_type(function.returns.ctype, 'ret')} ="
    call = fill(f"{start} nbd_{function.name}", passed, ";")
    if max(map(len, call.splitlines())) > 80:
        return f"{start}\n" + fill(f"    nbd_{function.name}", passed, ";")
    return call


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in texts if text)


def _function(function: Function) -> str:
    optional = [_piece(arg, function) for arg in function.opt]
    needed = [_piece(arg, function) for arg in function.args]
    names = [arg.name for arg in function.opt]
    names += ["h", *(arg.name for arg in function.args)]
    params = [f"value {name}" for name in names]
    pieces = [*needed, *optional]
    passed = [item for piece in pieces for item in piece.passed]
    head = fill(f"nbdml_{function.name}", params, "")
    text = FUNCTION.substitute(
        name=function.name,
        prototype=fill(f"extern value nbdml_{function.name}", params, ""),
        head=head,
        roots=_roots(names),
        first="".join(piece.first for piece in pieces),
        locked="true" if function.locked else "false",
        arguments=_lines(piece.get for piece in pieces),
        call=_call(function, ["call.h", *passed]),
        result="".join(piece.after for piece in pieces) + _result(function),
        failed=f"ret == {function.error}" if function.error else "false",
    )
    if len(names) <= BYTE_ARGUMENTS:
        return text
    values = [f"argv[{at}]" for at in range(len(names))]
    call = fill(f"  return nbdml_{function.name}", values, ";")
    return f"{text}\n{BYTE.substitute(name=function.name, call=call)}"


def emit_stubs_c(functions: Iterable[Function]) -> str:
    """The text of bindings/ocaml/stubs.c."""
    every = externals(functions)
    found = callbacks(every)
    return SOURCE.substitute(
        indexes=",\n".join(f"  RUN_{callback.name.upper()}" for callback in found),
        runners="\n".join(
            f'  [RUN_{callback.name.upper()}] = {{ .name = "NBD.{callback.name}" }},'
            for callback in found
        ),
        callbacks="\n".join(map(_callback, found)),
        functions="\n".join(map(_function, every)),
    )
