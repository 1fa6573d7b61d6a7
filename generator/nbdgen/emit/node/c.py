# SPDX-License-Identifier: MIT
"""bindings/node/src/methods.c: the addon's function for each function of the library.

Each one reads its arguments, calls the library, and returns the result as a value of
JavaScript.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Iterable, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Body, CbArg, Function, OptArg, Ret
from nbdgen.emit.c.cdecl import call, callback_params, closure_type, fill
from nbdgen.emit.node.model import natives
from nbdgen.emit.python.model import callbacks

SOURCE = Template(
    """\
#include <stdlib.h>

#include "glue.h"

/* Callbacks: from the library's closures to functions in JavaScript. */

$callbacks
/* Functions, in the order of the header. */

$functions
#define FUNCTION(name)                                                       \\
  {                                                                          \\
    #name, NULL, js_##name, NULL, NULL, NULL, napi_enumerable, NULL          \\
  }

const napi_property_descriptor nbdn_methods[] = {
$table
};
const size_t nbdn_nr_methods = sizeof nbdn_methods / sizeof nbdn_methods[0];
"""
)

CALLBACK = Template(
    """\
static int
$head
{
  struct closure *closure = user_data;
  napi_handle_scope scope;

  if (!nbdn_begin_callback (closure, &scope))
    return 0;
$values  return nbdn_run_callback (closure, scope, $count, $args, $error);
}

static $type
${name}_closure (struct closure *closure)
{
  return ($type) {
    .callback = call_$name,
    .user_data = closure,
    .free = nbdn_free_closure
  };
}
"""
)

VALUES = Template(
    """\
  napi_env env = closure->handle->instance->env;
  napi_value args[] = {
$values
  };
"""
)

FUNCTION = Template(
    """\
static napi_value
js_$name (napi_env env, napi_callback_info info)
{
  struct call call;
$declarations
  if (!nbdn_open (&call, env, info, "nbd_$name", $locked)$gets)
    return nbdn_refused (&call);
  nbdn_enter (&call);
$call$check  return $result;
}
"""
)

FAILED = """\
  if (ret == {error})
    return nbdn_failed (&call);
"""

FAILED_COMMAND = """\
  if (ret == -1) {
    call.command = NULL; /* the library has freed it */
    return nbdn_failed (&call);
  }
"""


# Callbacks -------------------------------------------------------------------


def _values(kind: CbArg, name: str) -> list[str]:
    """The values of JavaScript made of one callback argument."""
    match kind:
        case CbArg.BYTES_IN:
            start = f"nbdn_from_part (closure, {name})"
            return [start, "nbdn_from_uint64 (env, count)"]
        case CbArg.STRING:
            return [f"nbdn_from_string (env, {name})"]
        case CbArg.UINT64 | CbArg.UINT:
            return [f"nbdn_from_uint64 (env, {name})"]
        case CbArg.INT64:
            return [f"nbdn_from_int64 (env, {name})"]
        case CbArg.MUTABLE_INT:
            return [f"nbdn_from_int64 (env, *{name})"]
        case CbArg.EXTENTS32:
            return [f"nbdn_from_extents32 (env, {name}, nr_entries)"]
        case CbArg.EXTENTS64:
            return [f"nbdn_from_extents64 (env, {name}, nr_entries)"]
        case _:
            assert_never(kind)


def _callback(callback: kinds.Callback) -> str:
    values = [one for kind, name in callback.args for one in _values(kind, name)]
    errors = [name for kind, name in callback.args if kind == CbArg.MUTABLE_INT]
    rows = ",\n".join(f"    {value}" for value in values)
    return CALLBACK.substitute(
        name=callback.name,
        type=closure_type(callback),
        head=fill(f"call_{callback.name}", callback_params(callback), ""),
        values=VALUES.substitute(values=rows) if values else "",
        count=len(values),
        args="args" if values else "NULL",
        error=errors[0] if errors else "NULL",
    )


# Arguments -------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """What one argument adds to a function."""

    declaration: str
    get: str  # is false if an exception was thrown
    passed: tuple[str, ...]  # to the library


def _simple(kind: str, declaration: str, name: str, at: int) -> Piece:
    get = f'nbdn_get_{kind} (&call, {at}, "{name}", &{name})'
    return Piece(declaration, get, (name,))


def _closure(function: Function, arg: kinds.Closure, at: int) -> Piece:
    name = arg.name
    lasts = "true" if function.body is Body.CALL else "false"
    buffers = [a.name for a in function.args if isinstance(a, kinds.BytesOut)]
    has_bytes = any(kind == CbArg.BYTES_IN for kind, _ in arg.callback.args)
    buffer = f"&{buffers[0]}" if buffers and has_bytes else "NULL"
    return Piece(
        f"struct closure *{name};",
        f'nbdn_get_closure (&call, {at}, "{name}", {lasts}, {buffer}, &{name})',
        (f"{name}_closure ({name})",),
    )


def _piece(function: Function, arg: Arg | OptArg, at: int) -> Piece:
    """The piece for an argument; the handle is at 0."""
    name = arg.name
    match arg:
        case kinds.Bool():
            return _simple("bool", f"bool {name};", name, at)
        case kinds.Plain() | kinds.EnumArg() | kinds.FlagsArg() | kinds.OFlags():
            kind = arg.ctype.removesuffix("_t")
            return _simple(kind, f"{arg.ctype} {name};", name, at)
        case kinds.String() | kinds.Path():
            return _simple("string", f"char *{name};", name, at)
        case kinds.StringList():
            return _simple("strings", f"char **{name};", name, at)
        case kinds.SockAddr():
            piece = _simple("address", f"struct address {name};", name, at)
            start = f"(const struct sockaddr *) &{name}.storage"
            return Piece(piece.declaration, piece.get, (start, f"{name}.length"))
        case kinds.BytesIn() | kinds.BytesOut():
            piece = _simple("bytes", f"struct bytes {name};", name, at)
            passed = (f"{name}.start", f"{name}.length")
            return Piece(piece.declaration, piece.get, passed)
        case kinds.Closure():
            return _closure(function, arg, at)
        case kinds.OClosure():
            return Piece("", "nbdn_new_command (&call)", ("nbdn_completion (&call)",))
        case _:
            assert_never(arg)


def _pieces(function: Function) -> list[Piece]:
    found: list[Piece] = []
    at = 1
    for arg in (*function.args, *function.opt):
        found.append(_piece(function, arg, at))
        at += not isinstance(arg, kinds.OClosure)
    return found


# Results ---------------------------------------------------------------------


def _value(function: Function) -> str:
    """The value of JavaScript made of the result."""
    match function.returns:
        case Ret.BOOL:
            return "nbdn_from_bool (env, ret)"
        case Ret.STRING:
            return "nbdn_from_owned_string (env, ret)"
        case Ret.STATIC_STRING:
            return "nbdn_from_string (env, ret)"
        case Ret.UINT | Ret.FLAGS | Ret.UINT64 | Ret.UINTPTR:
            return "nbdn_from_uint64 (env, ret)"
        case Ret.INT | Ret.FD | Ret.ENUM | Ret.INT64 | Ret.COOKIE | Ret.SIZE:
            return "nbdn_from_int64 (env, ret)"
        case Ret.ERR | Ret.HANDLE | Ret.VOID:
            raise ValueError(f"{function.name} has no result")
        case _:
            assert_never(function.returns)


def _is_command(function: Function) -> bool:
    return any(isinstance(arg, kinds.OClosure) for arg in function.opt)


def _result(function: Function) -> str:
    if _is_command(function):
        cookie = "ret" if function.returns is Ret.COOKIE else "0"
        return f"nbdn_issued (&call, {cookie})"
    if function.returns is Ret.ERR:
        return "nbdn_nothing (&call)"
    return f"nbdn_return (&call, {_value(function)})"


def _function(function: Function) -> str:
    pieces = _pieces(function)
    declarations = [piece.declaration for piece in pieces if piece.declaration]
    passed = [item for piece in pieces for item in piece.passed]
    check = FAILED.format(error=function.error) if function.error else ""
    if _is_command(function):
        check = FAILED_COMMAND
    return FUNCTION.substitute(
        name=function.name,
        locked="true" if function.locked else "false",
        declarations="".join(f"  {one}\n" for one in declarations),
        gets="".join(f"\n      || !{piece.get}" for piece in pieces),
        call=call(function, passed) + "\n",
        check=check,
        result=_result(function),
    )


def emit_methods_c(functions: Iterable[Function]) -> str:
    """The text of bindings/node/src/methods.c."""
    every = natives(functions)
    needed = [one for one in callbacks(every) if one.name != "completion"]
    return SOURCE.substitute(
        callbacks="\n".join(map(_callback, needed)),
        functions="\n".join(map(_function, every)),
        table="\n".join(f"  FUNCTION ({one.name})," for one in every),
    )
