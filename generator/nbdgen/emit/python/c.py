# SPDX-License-Identifier: MIT
"""bindings/python/methods.c: a C function for each method of NBD.

Each one reads its arguments, calls the library, and makes a Python object of the
result.  If the call takes the handle's lock, it releases the interpreter's lock
before.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Iterable, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import CbArg, Function, Ret
from nbdgen.emit.c.cdecl import call, callback_params, closure_type, fill
from nbdgen.emit.python.model import (
    Parameter,
    callbacks,
    methods,
    parameters,
    returned_buffer,
)

SOURCE = Template(
    """\
#include "glue.h"

/* Callbacks: from the library's closures to callables. */

$callbacks
/* Methods, in the order of the header. */

$functions
PyMethodDef nbdpy_methods[] = {
$table
  { NULL, NULL, 0, NULL }
};
"""
)

CALLBACK = Template(
    """\
static int
$head
{
$future  struct callback cb;
  nbdpy_begin_callback (&cb, user_data);
$pushes
  return nbdpy_run_callback (&cb, $error);
}

/* Give a closure to the library, if there is one. */
static $type
${name}_closure (struct closure **closure)
{
  struct closure *taken = nbdpy_hand_over (closure);
  return ($type) {
    .callback = taken != NULL && taken->function != NULL
      ? call_$name : NULL,
    .user_data = taken,
    .free = taken != NULL ? nbdpy_free_closure : NULL
  };
}
"""
)

FUTURE = """\
  struct closure *closure = user_data;
  if (closure->is_future)
    return nbdpy_complete_future (closure, *error);

"""

METHOD = Template(
    """\
static PyObject *
$head
{
  $call_declaration
$declarations  if (nbdpy_open (&call, "$name", $locked,
                  args, nargs, $count) == -1$gets)
    return NULL;

$call$check  return $result;
}
"""
)

# The call of a command may have made a future.
KEEPING_CALL = "CLEANUP (nbdpy_drop_call) struct call call = { .future = NULL };"

FAILED = Template(
    """\
  if (ret == $error)
    return nbdpy_raise ();
"""
)


METHOD_PARAMETERS = (
    "PyObject *module UNUSED",
    "PyObject *const *args",
    "Py_ssize_t nargs",
)


# Callbacks -------------------------------------------------------------------


def _push(kind: CbArg, name: str) -> str:
    """The Python object made of one callback argument."""
    match kind:
        case CbArg.BYTES_IN:
            return f"nbdpy_from_subbuf (user_data, {name}, count)"
        case CbArg.STRING:
            return f"nbdpy_decode ({name})"
        case CbArg.UINT64:
            return f"PyLong_FromUnsignedLongLong ({name})"
        case CbArg.INT64:
            return f"PyLong_FromLongLong ({name})"
        case CbArg.UINT:
            return f"PyLong_FromUnsignedLong ({name})"
        case CbArg.MUTABLE_INT:
            return f"nbdpy_from_error ({name})"
        case CbArg.EXTENTS32:
            return f"nbdpy_from_extents32 ({name}, nr_entries)"
        case CbArg.EXTENTS64:
            return f"nbdpy_from_extents64 ({name}, nr_entries)"
        case _:
            assert_never(kind)


def _callback(callback: kinds.Callback) -> str:
    errors = [name for kind, name in callback.args if kind == CbArg.MUTABLE_INT]
    return CALLBACK.substitute(
        name=callback.name,
        type=closure_type(callback),
        head=fill(f"call_{callback.name}", callback_params(callback), ""),
        pushes="\n".join(
            f"  nbdpy_push (&cb, {_push(kind, name)});" for kind, name in callback.args
        ),
        error=errors[0] if errors else "NULL",
        future=FUTURE if callback.name == "completion" else "",
    )


# Arguments -------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """What one argument adds to a method."""

    declaration: str
    get: str  # is -1 if an exception was raised
    passed: tuple[str, ...]  # to the library


OBJECT = "CLEANUP (nbdpy_drop) PyObject *{} = NULL;"


def _number(ctype: str, name: str, at: int) -> Piece:
    kind = ctype.removesuffix("_t")
    return Piece(
        f"{ctype} {name};",
        f'nbdpy_get_{kind} (&call, {at}, "{name}", &{name})',
        (name,),
    )


def _buffer_piece(arg: kinds.BytesIn | kinds.BytesOut, public: str, at: int) -> Piece:
    """The piece for a buffer: lent until completion, or for the call only."""
    name = arg.name
    match arg:
        case kinds.BytesIn(persist=True) | kinds.BytesOut(persist=True):
            writable = "true" if isinstance(arg, kinds.BytesOut) else "false"
            return Piece(
                f"struct memory {name};",
                f"nbdpy_lend_buffer (&call, {at}, {writable}, &completion, &{name})",
                (f"{name}.start", f"{name}.length"),
            )
        case kinds.BytesIn():
            return Piece(
                f"CLEANUP (PyBuffer_Release) Py_buffer {name} = {{ .obj = NULL }};",
                f"nbdpy_get_bytes (&call, {at}, &{name})",
                (f"{name}.buf", f"(size_t) {name}.len"),
            )
        case kinds.BytesOut():
            return Piece(
                OBJECT.format(name),
                f'nbdpy_get_room (&call, {at}, "{public}", &{name})',
                (
                    f"PyByteArray_AS_STRING ({name})",
                    f"(size_t) PyByteArray_GET_SIZE ({name})",
                ),
            )


def _piece(param: Parameter, at: int) -> Piece:
    """The piece for an argument; the handle is at 0."""
    arg, name = param.arg, param.arg.name
    match arg:
        case kinds.Bool():
            return Piece(
                f"bool {name};", f"nbdpy_get_bool (&call, {at}, &{name})", (name,)
            )
        case kinds.Plain() | kinds.EnumArg() | kinds.FlagsArg() | kinds.OFlags():
            return _number(arg.ctype, name, at)
        case kinds.String():
            get = f'nbdpy_get_string (&call, {at}, "{name}", &{name})'
            return Piece(OBJECT.format(name), get, (f"PyBytes_AS_STRING ({name})",))
        case kinds.Path():
            get = f"nbdpy_get_path (&call, {at}, &{name})"
            return Piece(OBJECT.format(name), get, (f"PyBytes_AS_STRING ({name})",))
        case kinds.StringList():
            argv = "true" if arg.argv else "false"
            return Piece(
                f"CLEANUP (nbdpy_drop_strings) struct strings {name} = {{ 0 }};",
                f'nbdpy_get_strings (&call, {at}, "{name}", {argv}, &{name})',
                (f"{name}.array",),
            )
        case kinds.SockAddr():
            return Piece(
                f"struct address {name};",
                f'nbdpy_get_address (&call, {at}, "{name}", &{name})',
                (f"(const struct sockaddr *) &{name}.storage", f"{name}.length"),
            )
        case kinds.BytesIn() | kinds.BytesOut():
            return _buffer_piece(arg, param.name, at)
        case kinds.Closure() | kinds.OClosure():
            optional = "true" if isinstance(arg, kinds.OClosure) else "false"
            return Piece(
                f"CLEANUP (nbdpy_drop_closure) struct closure *{name} = NULL;",
                f'nbdpy_get_closure (&call, {at}, "{name}", {optional}, &{name})',
                (f"{arg.callback.name}_closure (&{name})",),
            )
        case _:
            assert_never(arg)


def _view(function: Function) -> str:
    """Let the chunks of a structured read be slices of its buffer."""
    chunked = [
        arg.name
        for arg in function.args
        if isinstance(arg, kinds.Closure)
        and any(kind == CbArg.BYTES_IN for kind, _ in arg.callback.args)
    ]
    for at, arg in enumerate(function.args, 1):
        if isinstance(arg, kinds.BytesOut) and chunked:
            memory = f"args[{at}]" if arg.persist else arg.name
            return f"nbdpy_set_view ({chunked[0]}, {memory})"
    return ""


# Results ---------------------------------------------------------------------


def _result(function: Function) -> str:
    """The Python object made of the result."""
    match function.returns:
        case Ret.ERR:
            buffer = returned_buffer(function)
            if buffer:
                return f"nbdpy_steal (&{buffer.name})"
            return "nbdpy_none ()"
        case Ret.BOOL:
            return "PyBool_FromLong (ret)"
        case Ret.INT | Ret.FD | Ret.ENUM:
            return "PyLong_FromLong (ret)"
        case Ret.INT64:
            return "PyLong_FromLongLong (ret)"
        case Ret.COOKIE:
            return "nbdpy_from_cookie (&call, ret)"
        case Ret.SIZE:
            return "PyLong_FromSsize_t (ret)"
        case Ret.STRING:
            return "nbdpy_decode_and_free (ret)"
        case Ret.STATIC_STRING:
            return "nbdpy_decode (ret)"
        case Ret.UINT | Ret.FLAGS:
            return "PyLong_FromUnsignedLong (ret)"
        case Ret.UINT64 | Ret.UINTPTR:
            return "PyLong_FromUnsignedLongLong (ret)"
        case Ret.HANDLE | Ret.VOID:
            raise ValueError(f"{function.name} is no method")
        case _:
            assert_never(function.returns)


def _call(function: Function, passed: list[str]) -> str:
    """The call, during which other threads may run if it takes the lock."""
    made = call(function, passed)
    if not function.locked:
        return f"{made}\n"
    return f"  nbdpy_enter (&call);\n{made}\n  nbdpy_leave (&call);\n"


def _method(function: Function) -> str:
    params = parameters(function)
    pieces = [_piece(param, at) for at, param in enumerate(params, 1)]
    gets = [piece.get for piece in pieces]
    view = _view(function)
    ready = "nbdpy_still_open (&call)" if gets else ""
    error = function.returns.error if function.may_set_error else None
    keeps = function.returns == Ret.COOKIE
    return METHOD.substitute(
        head=fill(f"py_{function.name}", METHOD_PARAMETERS, ""),
        name=function.name,
        call_declaration=KEEPING_CALL if keeps else "struct call call;",
        locked="true" if function.locked else "false",
        count=len(params) + 1,
        declarations="".join(f"  {piece.declaration}\n" for piece in pieces),
        gets="".join(f"\n      || {get} == -1" for get in (*gets, view, ready) if get),
        call=_call(function, [item for piece in pieces for item in piece.passed]),
        check=FAILED.substitute(error=error) if error else "",
        result=_result(function),
    )


def _entry(function: Function) -> str:
    return (
        f'  {{ "{function.name}",\n    NBDPY_FUNCTION (py_{function.name}), '
        f'METH_FASTCALL,\n    "Call nbd_{function.name}." }},'
    )


def emit_methods_c(functions: Iterable[Function]) -> str:
    """The text of bindings/python/methods.c."""
    every = methods(functions)
    return SOURCE.substitute(
        callbacks="\n".join(map(_callback, callbacks(every))),
        functions="\n".join(map(_method, every)),
        table="\n".join(map(_entry, every)),
    )
