# SPDX-License-Identifier: MIT
"""bindings/ocaml/NBD_async: every call that waits, as a promise of a main loop."""

from __future__ import annotations

from string import Template
from typing import Sequence

from nbdgen.calls.kinds import BytesOut, Closure, OClosure
from nbdgen.calls.model import Body, Function, Ret
from nbdgen.emit.comments import wrap
from nbdgen.emit.ocaml.mli import WIDTH, declaration, summary
from nbdgen.emit.ocaml.model import optional, required

SIGNATURE = Template(
    """\
module type S = sig
  include NBD_loop.HANDLE

$values
end
"""
)

INTERFACE = Template(
    """\
(** The calls of the library as promises, for any main loop.

    Programs use [NBD_lwt] of the package [nbd.lwt], or [NBD_eio] of [nbd.eio],
    which have these functions with the promises of their loops.

    {2 Promises}

    A command is sent when its function is called, not when its promise is waited
    for, so any number can be under way.  It fails with what the function of the
    same name in {!NBD} raises.

    To cancel a promise ends its command, as {!NBD.aio_cancel} does: the buffer is
    the program's again, and the server may still carry out a write.  A buffer is
    kept alive as long as the library uses it.

    An exception that leaves a callback of a command fails that command with it.
    Callbacks run with the handle locked: what they ask of the same handle fails
    with [Unix.EDEADLK].  Continuations of promises do not, and may do anything. *)

(** What the module of a main loop has. *)
$signature
(** The functions for one main loop. *)
module Make (Loop : NBD_loop.LOOP) : sig
  include S with type 'a promise = 'a Loop.promise and type loop = Loop.t

  val connect :
    loop ->
    ?connections:int -> ?reconnect_timeout:int -> ?connect_timeout:int ->
    ?command_timeout:int -> ?stall_timeout:int -> ?contexts:string list ->
    ?setup:(NBD.t -> unit) -> string -> t promise
  (** A handle that is connected to a URI. *)
end
"""
)

SOURCE = Template(
    """\
$signature
module Make (Loop : NBD_loop.LOOP) = struct
  include NBD_loop.Make (Loop)

$functions
end
"""
)

RESULTS = {Ret.ERR: "unit", Ret.BOOL: "bool", Ret.INT: "int"}
HOW = {Ret.ERR: "option", Ret.BOOL: "accepted", Ret.INT: "counted"}


def _name(function: Function, twin: Function) -> str:
    """The name in C; a call that fills a buffer of the caller is X_into."""
    into = any(isinstance(arg, BytesOut) for arg in twin.args)
    return f"{function.name}_into" if into else function.name


def _guarded(closure: Closure) -> str:
    """A callback whose exceptions end the command."""
    names = " ".join(f"a{i}" for i, _ in enumerate(closure.callback.args))
    return f"(fun {names} -> guard.run (fun () -> {closure.name} {names}))"


def _body(function: Function, twin: Function) -> str:
    waits = not any(isinstance(arg, OClosure) for arg in twin.opt)
    labels = [
        "~completion" if p.name == "completion" else f"?{p.name}"
        for p in optional(twin)
    ]
    closures = [arg for arg in twin.args if isinstance(arg, Closure)]
    values = [
        _guarded(p.arg) if isinstance(p.arg, Closure) else p.name
        for p in required(twin)
    ]
    call = " ".join([f"NBD.{twin.name}", *labels, "h", *values])
    if waits:
        how = "ending" if function.name == "opt_abort" else "connecting"
        return f"{how} t (fun h -> {call})"
    guard = "guard" if closures else "_"
    if function.body is not Body.SYNC_OPTION:
        return f"command t (fun h {guard} completion ->\n      {call})"
    call = f"ignore ({call})" if twin.returns is Ret.INT else call
    how = HOW[function.returns]
    named = "" if how == "accepted" else f' "nbd_{twin.name}"'
    return f"{how} t{named} (fun h {guard} completion ->\n      {call})"


def _function(function: Function, twin: Function) -> str:
    heads = [f"?{p.name}" for p in optional(twin) if p.name != "completion"]
    heads += ["t", *(p.name for p in required(twin))]
    name = _name(function, twin)
    return f"  let {name} {' '.join(heads)} =\n    {_body(function, twin)}\n"


def _value(function: Function, twin: Function, what: str) -> str:
    def outer(text: str) -> str:
        return (
            text.replace("Buffer.t", "NBD.Buffer.t")
            .replace("CMD_FLAG.t", "NBD.CMD_FLAG.t")
            .replace("extent array", "NBD.extent array")
        )

    types = [
        f"?{p.name}:{outer(p.outer)}" for p in optional(twin) if p.name != "completion"
    ]
    types += ["t", *(outer(p.outer) for p in required(twin))]
    types.append(f"{RESULTS[function.returns]} promise")
    names = [f"?{p.name}" for p in optional(twin) if p.name != "completion"]
    names += ["disk", *(p.name for p in required(twin))]
    usage = " ".join([_name(function, twin), *names])
    text = f"(** [{usage}]: {what}. See {{!NBD.{function.name}}}. *)"
    shown = declaration(_name(function, twin), types, "  ")
    return f"{shown}\n{wrap(text, WIDTH, '  ', '      ')}"


def emit_promises(functions: Sequence[Function]) -> tuple[str, str]:
    """The texts of NBD_async.mli and NBD_async.ml."""
    named = {function.name: function for function in functions}
    pairs = [(f, named[f.aio]) for f in functions if f.aio]
    values = [_value(f, twin, summary(f, functions)) for f, twin in pairs]
    signature = SIGNATURE.substitute(values="\n\n".join(values))
    return (
        INTERFACE.substitute(signature=signature),
        SOURCE.substitute(
            signature=signature,
            functions="\n".join(_function(f, twin) for f, twin in pairs),
        ),
    )
