# SPDX-License-Identifier: MIT
"""bindings/ocaml/NBD.mli: types, and documentation in the markup of ocamldoc."""

from __future__ import annotations

import re
import textwrap
from string import Template
from typing import Iterable, Sequence, assert_never

from nbdgen import doc, releases
from nbdgen.calls import kinds
from nbdgen.calls.check_api import argument_names, known_names
from nbdgen.calls.model import Function, Group, Ret
from nbdgen.emit.comments import Prose, wrap
from nbdgen.emit.ocaml.model import (
    Parameter,
    externals,
    members,
    optional,
    required,
    result_type,
)

WIDTH = 79

SOURCE = Template(
    """\
(** Talk to Network Block Device (NBD) servers.

    {[
      let () =
        NBD.with_handle (fun h ->
          NBD.connect_uri h "nbd://localhost";
          let data = Bytes.create 512 in
          NBD.pread h data 0L;
          Printf.printf "%Ld bytes\\n" (NBD.get_size h))
    ]}

    Every function of the C library is a function here; libnbd(3) explains how
    they belong together, and libnbd-ocaml(3) what is particular to OCaml.

    {2 Callbacks}

    Functions passed as arguments are called with what each function says.
    The last argument of most, [error], refers to the number that the system
    has for the error, or to 0.  Return 0 to go on, or -1 to fail a command,
    after setting [error] to say why, see {!errno_of_unix_error}; a completion
    callback returns 1 to have the command retired at once.

    An exception that leaves a callback counts as -1.  It is kept while the
    library finishes what it was doing, and then raised by the function of this
    module during which the callback ran, in place of that function's result or
    error.  If several callbacks raise exceptions meanwhile, the first counts.
    The handle can be used as after any other failed command.

    A callback runs with the lock of the handle held, so it must not call
    functions of the same handle that take it: they raise {!Error} with
    [Unix.EDEADLK].  Other handles may be used.

    Functions and buffers stay alive as long as the library may use them, and
    no longer.  A function that refers to its own handle keeps that alive; it
    is forgotten once the handle is closed.

    {2 Threads}

    A handle may be used by several threads at once.  Other threads of the
    program run while a function waits, whichever it is. *)

exception Error of string * Unix.error option
(** A function failed: the message, and the error number unless there is none,
    for example because the server just closed the connection.  ENOTSUP is
    [Unix.EOPNOTSUPP], which is the same number; those that [Unix.error] has no
    name for, such as EPROTO, are [Unix.EUNKNOWNERR]. *)

exception Closed of string
(** A function, which is named, was called on a handle that was closed. *)

val errno_of_unix_error : Unix.error -> int
(** The number that the system has for an error, which is what a callback
    stores in [error]: [error := NBD.errno_of_unix_error Unix.ENOSPC; -1]. *)

val unix_error_of_errno : int -> Unix.error
(** The error that the system has a number for, such as the one in [error]. *)

type t
(** A handle: one connection to an NBD server, or the plan for it.  It is equal
    only to itself, and can be a key of a table. *)

type cookie = int64
(** What identifies an asynchronous command of a handle. *)

type extent = int64 * int64
(** Length and flags of a part of the export.  What the flags mean depends on
    the metadata context. *)

(** {2 Enumerations and flags}

    A member that this version does not know is [UNKNOWN].  It stands for a
    value in an enumeration, and in a list of flags for a bit, counted from 0.
*)

$groups
(** {2 Constants} *)

$constants
(** {2 Memory of asynchronous commands} *)

(** Memory that does not move, for commands that go on after their function
    has returned.  It is an ordinary array of module [Bigarray], so it can be
    read, changed, cut by [Bigarray.Array1.sub] or mapped from a file by
    [Unix.map_file] without a copy. *)
module Buffer : sig
  type t =
    (char, Bigarray.int8_unsigned_elt, Bigarray.c_layout) Bigarray.Array1.t

  val alloc : int -> t
  (** Make a buffer of so many bytes, which are zero. *)

  val of_bytes : bytes -> t
  (** Make a buffer that holds a copy of some bytes. *)

  val to_bytes : t -> bytes
  (** Copy what is in a buffer. *)

  val size : t -> int
  (** The number of bytes in a buffer. *)
end

(** {2 Handles} *)

val create : unit -> t
(** Make a handle that is not connected yet.

    It is closed by {!close}, by {!with_handle}, or when nothing refers to it
    any more.  Do not rely on the last, which may be late or, at the end of the
    program, never. *)

val close : t -> unit
(** Close the handle and the connection.

    Nothing is sent: use {!shutdown} first for an orderly end.  The callbacks
    of commands that are still in flight are called with the number of
    [ENOTCONN].  Closing a handle again does nothing; any other function of a
    closed handle raises {!Closed}.
    @raise Error with [Unix.EBUSY] if another thread is in a function of this
    handle, or if this is called from one of its callbacks. *)

val with_handle : (t -> 'a) -> 'a
(** Make a handle, call the function with it, and close it, also if the
    function raises an exception. *)

(** {2 Functions of the library} *)

$functions"""
)


def _wrap(text: str, first: str, rest: str) -> str:
    return wrap(text, WIDTH, first, rest)


def escape(text: str) -> str:
    """Text that ocamldoc prints as it stands."""
    text = re.sub(r"[{}\[\]@]", r"\\\g<0>", text)
    return text.replace("(*", "( *").replace("*)", "* )").replace('"', "''")


class _Prose(Prose):
    """Renders text of one function, or of a constant."""

    def __init__(
        self,
        names: doc.Names,
        constants: dict[str, str],
        known: frozenset[str],
        function: Function | None = None,
    ) -> None:
        super().__init__(names)
        self.constants = constants
        self.known = known
        self.sizes: dict[str, str] = {}
        for arg in function.args if function else ():
            if isinstance(arg, (kinds.BytesIn, kinds.BytesOut)):
                module = "Buffer.size" if arg.persist else "Bytes.length"
                self.sizes[arg.size] = f"{module} {arg.name}"

    def paragraph(self, text: str) -> str:
        return _wrap(text, "    ", "    ")

    def code(self, text: str) -> str:
        escaped = text.replace("@", "\\@")  # else it begins a tag
        indented = textwrap.indent(escaped, "      ")
        return f"    {{v\n{indented}\n    v}}"

    def item(self, text: str) -> str:
        return _wrap(text, "    - ", "      ")

    def word(self, part: doc.Inline) -> str:
        match part:
            case doc.Text(text):
                return escape(text)
            case doc.Literal(text):
                return f"[{escape(text)}]"
            case doc.ArgName(name):
                return f"[{self.sizes.get(name, name)}]"
            case doc.FunctionName(name):
                return f"{{!{name}}}" if name in self.known else f"nbd_{name}(3)"
            case doc.ConstantName(name):
                return self.constants.get(name, f"[{name}]")
            case doc.Page(name, section):
                return f"{escape(name)}({section})"
            case _:
                assert_never(part)


def _sentence(prose: _Prose, text: str) -> str:
    line = prose.line(text)
    return f"{line[:1].upper()}{line[1:]}."


def summary(function: Function, every: Sequence[Function]) -> str:
    """What a function does, without references."""
    names = known_names(list(every)).speaking("ocaml")
    prose = _Prose(names, {}, frozenset(), function)
    return prose.line(function.summary)


# Constants -------------------------------------------------------------------


def _spellings(
    groups: Iterable[Group], constants: Iterable[kinds.Constant]
) -> dict[str, str]:
    """How OCaml writes each constant of the header."""
    found: dict[str, str] = {}
    for group in groups:
        for name, _, _ in members(group):
            found[f"LIBNBD_{group.name}_{name}"] = f"[{group.name}.{name}]"
        if isinstance(group, kinds.FlagGroup):
            found[f"LIBNBD_{group.name}_MASK"] = f"{{!{group.name}.mask}}"
    for constant in constants:
        found[f"LIBNBD_{constant.name}"] = f"{{!{constant.name.lower()}}}"
    return found


def _comment(text: str, indent: str) -> str:
    return _wrap(f"(** {text} *)", indent, f"{indent}    ")


def _group(group: Group, prose: _Prose) -> str:
    rows = []
    for name, _, text in members(group):
        rows += [f"    | {name}", _comment(prose.line(text), "        ")]
    rows.append("    | UNKNOWN of int")
    lines = [_comment(prose.line(group.text), ""), f"module {group.name} : sig"]
    lines += ["  type t =", *rows]
    if isinstance(group, kinds.FlagGroup):
        lines += ["", "  val mask : t list", "  (** All of them. *)"]
    return "\n".join([*lines, "end", ""])


def _constant(constant: kinds.Constant, prose: _Prose) -> str:
    kind = "string" if isinstance(constant.value, str) else "int32"
    text = _sentence(prose, constant.text)
    return f"val {constant.name.lower()} : {kind}\n{_comment(text, '')}\n"


# Functions -------------------------------------------------------------------


def declaration(name: str, types: list[str], indent: str = "") -> str:
    """The declaration of a value, on as few lines as it needs."""
    line = f"{indent}val {name} : {' -> '.join(types)}"
    if len(line) <= WIDTH:
        return line
    pieces = [f"{text} ->" for text in types[:-1]] + types[-1:]
    lines = [f"{indent}val {name} :"]
    row = start = f"{indent} "
    for piece in pieces:
        if len(row) + 1 + len(piece) > WIDTH and row.strip():
            lines.append(row)
            row = start
        row += f" {piece}"
    return "\n".join([*lines, row])


def _type(function: Function) -> str:
    types = [f"?{p.name}:{p.outer}" for p in optional(function)]
    types += ["t", *(p.outer for p in required(function))]
    return declaration(function.name, [*types, result_type(function)])


def _usage(function: Function) -> str:
    """A call, which shows the names of arguments: a type does not."""
    names = [f"?{p.name}" for p in optional(function)]
    names += ["h", *(p.name for p in required(function))]
    return f"[{' '.join([function.name, *names])}]"


def _parameter(param: Parameter, prose: _Prose) -> str:
    text = prose.line(param.arg.text)
    match param.arg:
        case kinds.Closure() | kinds.OClosure():
            names = [name for _, name in param.arg.callback.args] or ["()"]
            text += f": [{' '.join([param.name, *names])}]"
        case kinds.BytesOut(persist=False):
            text += "; its length says how much is read"
        case _:
            pass
    return _wrap(f"@param {param.name} {text}", "    ", "    ")


def _joined(blocks: list[str]) -> list[str]:
    """Paragraphs, where items that follow one another are one list."""
    found: list[str] = []
    for block in blocks:
        if found and all(text.startswith("    - ") for text in (block, found[-1])):
            found[-1] += f"\n{block}"
        else:
            found.append(block)
    return found


def _documentation(function: Function, prose: _Prose) -> str:
    first = f"{_usage(function)}: {prose.line(function.summary)}."
    parts = [_wrap(f"(** {first}", "", "    ")]
    parts += _joined(prose.blocks(function.text))
    rows = [
        _wrap(f"- [{name}]: {prose.line(why)}", "    ", "      ")
        for name, why in function.errors.items()
        if name != "EFAULT"  # there is no NULL in OCaml
    ]
    if rows:
        parts.append("\n".join(["    Errors:", *rows]))
    also = [f"{{!{name}}}" for name in function.see_also if name in prose.known]
    pages = ", ".join([*also, f"nbd_{function.name}(3)"])
    parts.append(_wrap(f"See also {pages}.", "    ", "    "))
    tags = [_parameter(p, prose) for p in (*optional(function), *required(function))]
    tags.append(f"    @since {releases.words(function.since)}")
    if function.may_set_error:
        tags.append("    @raise Error if it fails, see above")
    tags.append("    @raise Closed if the handle was closed")
    return "\n\n".join(parts) + "\n\n" + "\n".join(tags) + " *)"


def _function(function: Function, prose: _Prose) -> str:
    if function.returns in (Ret.HANDLE, Ret.VOID):
        raise ValueError(f"{function.name} is written by hand")
    return f"{_type(function)}\n{_documentation(function, prose)}\n"


def emit_nbd_mli(
    functions: Iterable[Function],
    enums: Sequence[kinds.EnumGroup],
    flag_groups: Sequence[kinds.FlagGroup],
    constants: Sequence[kinds.Constant],
) -> str:
    """The text of bindings/ocaml/NBD.mli."""
    every = list(functions)
    groups: list[Group] = [*enums, *flag_groups]
    arguments = [name for function in every for name in argument_names(function)]
    names = known_names(every).with_args(arguments).speaking("ocaml")
    spellings = _spellings(groups, constants)
    known = frozenset({"create", "close", *(f.name for f in externals(every))})

    def prose(function: Function | None = None) -> _Prose:
        return _Prose(names, spellings, known, function)

    return SOURCE.substitute(
        groups="\n".join(_group(group, prose()) for group in groups),
        constants="\n".join(_constant(constant, prose()) for constant in constants),
        functions="\n".join(_function(f, prose(f)) for f in externals(every)),
    )
