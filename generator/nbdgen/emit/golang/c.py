# SPDX-License-Identifier: MIT
"""bindings/golang/wrappers.[ch]: what Go calls instead of the library.

Each wrapper makes one call and returns the result together with the error of this
thread, because the goroutine may continue in another thread.
"""

from __future__ import annotations

from string import Template
from typing import Iterable, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, CbArg, Function, OptArg, Ret
from nbdgen.emit.c.cdecl import (
    callback_params,
    closure_name,
    closure_type,
    definition,
    fill,
)
from nbdgen.emit.golang.types import pascal
from nbdgen.emit.python.model import callbacks, methods

HEADER = Template(
    """\
#ifndef NBDGO_WRAPPERS_H
#define NBDGO_WRAPPERS_H

#include "glue.h"

$prototypes

#endif /* NBDGO_WRAPPERS_H */
"""
)

SOURCE = Template(
    """\
#include "wrappers.h"
#include "_cgo_export.h"

/* Callbacks: from the library's closures to functions in Go. */

$callbacks
/* Calls, in the order of the header. */

$functions"""
)

CALLBACK = Template(
    """\
static int
$head
{
  struct nbdgo_closure *closure = user_data;
  struct nbd_handle *outer = nbdgo_begin_callback (closure);
$call
$after  nbdgo_end_callback (outer);
  return ret;
}

static $make
{
  struct nbdgo_closure *closure = (struct nbdgo_closure *) number;

  if (closure == NULL)
    return ($type) {
      .callback = NULL,
      .user_data = memory,
      .free = memory != NULL ? nbdgo_drop_memory : NULL
    };
  closure->h = h;
  closure->memory = memory;
  return ($type) {
    .callback = call_$name,
    .user_data = closure,
    .free = nbdgo_free_closure
  };
}
"""
)

FUNCTION = Template(
    """\
$head
{
  struct nbd_handle *h = (struct nbd_handle *) handle;
  struct $result result = { .value = 0 };

$refuse$call
  result.status = nbdgo_finish ($failed);
  return result;
}
"""
)

REFUSE = Template(
    """\
  if (nbdgo_in_callback == h) {
$drops    result.status = nbdgo_refused ("nbd_$name");
    return result;
  }
"""
)

CLOSURE_PARAMS = (
    "struct nbd_handle *h",
    "uintptr_t number",
    "struct nbdgo_memory *memory",
)


def _callback(callback: kinds.Callback) -> str:
    passed = ["closure->id"]
    for kind, name in callback.args:
        match kind:
            case CbArg.BYTES_IN:
                passed += [f"(char *) {name}", "count"]
            case CbArg.STRING:
                passed.append(f"(char *) {name}")
            case CbArg.UINT64 | CbArg.INT64 | CbArg.UINT | CbArg.MUTABLE_INT:
                passed.append(name)
            case CbArg.EXTENTS32 | CbArg.EXTENTS64:
                passed += [name, "nr_entries"]
            case _:
                assert_never(kind)
    passed.append("&nbdgo_panic")
    start = f"  int ret = nbdgoCall{pascal(callback.name)}"
    # When the function in Go returns 1, it has released the closure.
    retired = "  closure->released = ret == 1;\n"
    made = closure_type(callback)
    return CALLBACK.substitute(
        name=callback.name,
        type=made,
        make=definition(made, f"{callback.name}_closure", CLOSURE_PARAMS),
        head=fill(f"call_{callback.name}", callback_params(callback), ""),
        call=fill(start, passed, ";"),
        after=retired if callback.name == "completion" else "",
    )


def _params(arg: Arg | OptArg) -> list[str]:
    """The parameters of a wrapper for one argument."""
    name = arg.name
    match arg:
        case kinds.Plain() | kinds.EnumArg() | kinds.FlagsArg() | kinds.OFlags():
            return [f"{arg.ctype} {name}"]
        case kinds.String() | kinds.Path():
            return [f"const char *{name}"]
        case kinds.StringList():
            return [f"char **{name}"]
        case kinds.SockAddr():
            return [f"const char *{name}", f"size_t {arg.length}"]
        case kinds.BytesIn() | kinds.BytesOut():
            const = "const " if isinstance(arg, kinds.BytesIn) else ""
            memory = ["struct nbdgo_memory *memory"] if arg.persist else []
            return [*memory, f"{const}char *{name}", f"size_t {arg.size}"]
        case kinds.Closure() | kinds.OClosure():
            return [f"uintptr_t {name}"]
        case _:
            assert_never(arg)


def _passed(arg: Arg | OptArg) -> list[str]:
    """What a wrapper passes to the library for one argument."""
    match arg:
        case kinds.SockAddr():
            address = f"(const struct sockaddr *) {arg.name}"
            return [address, f"(socklen_t) {arg.length}"]
        case kinds.BytesIn() | kinds.BytesOut():
            return [arg.name, arg.size]
        case kinds.Closure() | kinds.OClosure():
            return [closure_name(arg.callback)]
        case _:
            return [arg.name]


def _head(function: Function, end: str = "") -> str:
    every = [*function.args, *function.opt]
    params = ["uintptr_t handle", *(p for arg in every for p in _params(arg))]
    head = definition(f"struct {_result(function)}", f"nbdgo_{function.name}", params)
    return head + end


def _result(function: Function) -> str:
    is_string = function.returns in (Ret.STRING, Ret.STATIC_STRING)
    return "nbdgo_string" if is_string else "nbdgo_number"


def _lends(function: Function) -> bool:
    """Whether the command uses memory until it is retired."""
    return any(
        isinstance(arg, kinds.BytesIn | kinds.BytesOut) and arg.persist
        for arg in function.args
    )


def _call(function: Function) -> str:
    every = [*function.args, *function.opt]
    lends = _lends(function)
    lines: list[str] = []
    for arg in function.closures:
        local = closure_name(arg.callback)
        kind = closure_type(arg.callback)
        memory = "memory" if arg.callback.name == "completion" and lends else "NULL"
        lines += [
            f"  {kind} {local} =",
            f"    {arg.callback.name}_closure (h, {arg.name}, {memory});",
        ]
    passed = ["h", *(p for arg in every for p in _passed(arg))]
    match function.returns:
        case Ret.STRING:
            start = f"  result.value = nbd_{function.name}"
        case Ret.STATIC_STRING:
            start = f"  result.value = (char *) nbd_{function.name}"
        case Ret.UINT64 | Ret.UINTPTR:
            start = f"  result.value = (int64_t) nbd_{function.name}"
        case _:
            start = f"  result.value = nbd_{function.name}"
    return "\n".join([*lines, fill(start, passed, ";")])


def _function(function: Function) -> str:
    drops = [
        f"    nbdgo_free_closure ((void *) {arg.name});\n" for arg in function.closures
    ]
    if _lends(function):
        drops.append("    nbdgo_drop_memory (memory);\n")
    refuse = ""
    if function.locked:
        refuse = REFUSE.substitute(name=function.name, drops="".join(drops))
    error = function.error
    return FUNCTION.substitute(
        head=_head(function),
        result=_result(function),
        refuse=refuse,
        call=_call(function),
        failed=f"result.value == {error}" if error else "false",
    )


def emit_wrappers_h(functions: Iterable[Function]) -> str:
    """The text of bindings/golang/wrappers.h."""
    prototypes = [_head(function, ";") for function in methods(functions)]
    return HEADER.substitute(prototypes="\n".join(prototypes))


def emit_wrappers_c(functions: Iterable[Function]) -> str:
    """The text of bindings/golang/wrappers.c."""
    every = methods(functions)
    return SOURCE.substitute(
        callbacks="\n".join(map(_callback, callbacks(every))),
        functions="\n".join(map(_function, every)),
    )
