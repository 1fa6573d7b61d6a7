# SPDX-License-Identifier: MIT
"""bindings/ocaml/NBD.ml: externals, and the conversion of their arguments."""

from __future__ import annotations

from string import Template
from typing import Iterable, Sequence, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import CbArg, Function, Group, Ret
from nbdgen.emit.ocaml.model import (
    BYTE_ARGUMENTS,
    Parameter,
    externals,
    group_of,
    inner_result_type,
    members,
    optional,
    required,
)
from nbdgen.emit.python.model import callbacks

SOURCE = Template(
    """\
exception Error of string * Unix.error option
exception Closed of string

let () =
  Callback.register_exception "NBD.Error" (Error ("", None));
  Callback.register_exception "NBD.Closed" (Closed "");
  Printexc.register_printer
    (function
     | Error (text, None) -> Some (Printf.sprintf "NBD.Error(%S)" text)
     | Error (text, Some code) ->
        let code = Unix.error_message code in
        Some (Printf.sprintf "NBD.Error(%S, %s)" text code)
     | _ -> None)

external errno_of_unix_error : Unix.error -> int = "nbdml_errno_of_unix_error"
  [@@noalloc]
external unix_error_of_errno : int -> Unix.error = "nbdml_unix_error_of_errno"

type t
type cookie = int64
type extent = int64 * int64

(* The members of a group of flags as a mask and back. *)
let mask_of bit = List.fold_left (fun mask flag -> mask lor bit flag) 0
let list_of known unknown bit mask =
  let named = List.filter (fun flag -> mask land bit flag <> 0) known in
  let rest = mask land lnot (mask_of bit named) in
  let others = List.init 32 Fun.id in
  let others = List.filter (fun i -> rest land (1 lsl i) <> 0) others in
  named @ List.map unknown others

$groups
$constants

module Buffer = struct
  type t =
    (char, Bigarray.int8_unsigned_elt, Bigarray.c_layout) Bigarray.Array1.t

  let alloc size =
    let buffer = Bigarray.(Array1.create char c_layout size) in
    Bigarray.Array1.fill buffer '\\000';
    buffer

  external copy_in : bytes -> t -> unit = "nbdml_buffer_of_bytes" [@@noalloc]
  external copy_out : t -> bytes -> unit = "nbdml_buffer_to_bytes" [@@noalloc]

  let size = Bigarray.Array1.dim

  let of_bytes bytes =
    let length = Bytes.length bytes in
    let buffer = Bigarray.(Array1.create char c_layout length) in
    copy_in bytes buffer;
    buffer

  let to_bytes buffer =
    let bytes = Bytes.create (size buffer) in
    copy_out buffer bytes;
    bytes
end

(* A pointer of C to the arguments of the callback that is running. *)
type arguments

external string : arguments -> int -> string = "nbdml_arg_string"
external bytes : arguments -> bytes = "nbdml_arg_bytes"
external number : arguments -> (int64[@unboxed])
  = "nbdml_arg_number_byte" "nbdml_arg_number" [@@noalloc]
external word : arguments -> int = "nbdml_arg_word" [@@noalloc]
external count : arguments -> int = "nbdml_arg_count" [@@noalloc]
external entry32 : arguments -> int -> (int64[@unboxed])
  = "nbdml_arg_entry32_byte" "nbdml_arg_entry32"
external length : arguments -> int -> (int64[@unboxed])
  = "nbdml_arg_length_byte" "nbdml_arg_length"
external flags : arguments -> int -> (int64[@unboxed])
  = "nbdml_arg_flags_byte" "nbdml_arg_flags"
external get_error : arguments -> int = "nbdml_arg_error" [@@noalloc]
external set_error : arguments -> int -> unit = "nbdml_arg_set_error"
  [@@noalloc]

let entries32 arguments = Array.init (count arguments) (entry32 arguments)
let entries64 arguments =
  Array.init (count arguments) (fun i -> length arguments i, flags arguments i)

$runners

external begin_callbacks : unit -> unit = "nbdml_begin"
let () = begin_callbacks ()

external create : unit -> t = "nbdml_create"
external close : t -> unit = "nbdml_close"

(* No caller could handle an exception of a finaliser. *)
let finalise h =
  try close h
  with exn ->
    Printf.eprintf "NBD: exception while a lost handle was closed: %s\\n%!"
      (Printexc.to_string exn)

let create () =
  let h = create () in
  Gc.finalise finalise h;
  h

let with_handle f =
  let h = create () in
  match f h with
  | result -> close h; result
  | exception exn ->
     let backtrace = Printexc.get_raw_backtrace () in
     (try close h with _ -> ());
     Printexc.raise_with_backtrace exn backtrace

$functions
"""
)

ENUM = Template(
    """\
module $name = struct
  type t =
$constructors
    | UNKNOWN of int

  let code = function
$codes
    | UNKNOWN code -> code
$decoder
end
"""
)

ENUM_DECODER = Template(
    """
  let of_code = function
$rows
    | code -> UNKNOWN code"""
)

FLAGS_DECODER = """
  let of_code = list_of mask (fun i -> UNKNOWN i) bit"""

FLAGS = Template(
    """\
module $name = struct
  type t =
$constructors
    | UNKNOWN of int

  let mask = [
$names
  ]

  let bit = function
$codes
    | UNKNOWN i ->
       if i < 0 || i > 31 then
         invalid_arg (Printf.sprintf "NBD.$name.UNKNOWN: no bit %d" i);
       1 lsl i

  let code = function
    | [] -> 0
    | flags -> mask_of bit flags
$decoder
end
"""
)


def _group(group: Group, returned: bool) -> str:
    """The module of a group, with a decoder if a function returns the group."""
    every = list(members(group))
    template, decoder = FLAGS, FLAGS_DECODER
    if isinstance(group, kinds.EnumGroup):
        rows = [f"    | {value:#x} -> {member}" for member, value, _ in every]
        template, decoder = ENUM, ENUM_DECODER.substitute(rows="\n".join(rows))
    return template.substitute(
        name=group.name,
        constructors="\n".join(f"    | {name}" for name, _, _ in every),
        names=";\n".join(f"    {name}" for name, _, _ in every),
        codes="\n".join(f"    | {name} -> {value:#x}" for name, value, _ in every),
        decoder=decoder if returned else "",
    ).replace("\n\nend", "\nend")


def _constant(constant: kinds.Constant) -> str:
    value = constant.value
    text = f'"{value}"' if isinstance(value, str) else f"{value}_l".replace("_", "")
    return f"let {constant.name.lower()} = {text}"


def _runner(callback: kinds.Callback) -> str:
    """The function that calls a callback with arguments fetched from C."""
    given: list[str] = []
    strings = 0
    for kind, _ in callback.args:
        match kind:
            case CbArg.BYTES_IN:
                given.append("(bytes arguments)")
            case CbArg.STRING:
                given.append(f"(string arguments {strings})")
                strings += 1
            case CbArg.UINT64 | CbArg.INT64:
                given.append("(number arguments)")
            case CbArg.UINT:
                given.append("(word arguments)")
            case CbArg.MUTABLE_INT:
                given.append("error")
            case CbArg.EXTENTS32:
                given.append("(entries32 arguments)")
            case CbArg.EXTENTS64:
                given.append("(entries64 arguments)")
            case _:
                assert_never(kind)
    head = f"let run_{callback.name} f {'arguments' if given else '_'} ="
    register = f'let () = Callback.register "NBD.{callback.name}" run_{callback.name}'
    call = f"f {' '.join(given) or '()'}"
    if "error" not in given:
        return f"{head}\n  {call}\n{register}\n"
    return (
        f"{head}\n"
        "  let error = ref (get_error arguments) in\n"
        f"  match {call} with\n"
        "  | result -> set_error arguments !error; result\n"
        "  | exception exn -> set_error arguments !error; raise exn\n"
        f"{register}\n"
    )


# Functions -------------------------------------------------------------------


def _external(function: Function) -> str:
    optionals, others = optional(function), required(function)
    types = [p.inner for p in optionals] + ["t"] + [p.inner for p in others]
    arrows = " -> ".join([*types, inner_result_type(function)])
    names = f'"nbdml_{function.name}"'
    if len(types) > BYTE_ARGUMENTS:
        names = f'"nbdml_{function.name}_byte" {names}'
    return f"external {function.name} :\n  {arrows}\n  = {names}\n"


def _head(param: Parameter) -> str:
    """A labelled parameter as it is declared."""
    if isinstance(param.arg, kinds.OFlags):
        return f"?({param.name} = [])"
    return f"?{param.name}"


def _passed(param: Parameter) -> str:
    if isinstance(param.arg, (kinds.EnumArg, kinds.FlagsArg, kinds.OFlags)):
        return f"({param.arg.group.name}.code {param.name})"
    return param.name


def _wrapper(function: Function) -> str:
    """The function that converts between types of NBD.mli and of the external."""
    optionals, others = optional(function), required(function)
    converts = any(p.outer != p.inner for p in [*optionals, *others])
    if not converts and function.returns not in (Ret.ENUM, Ret.FLAGS):
        return ""
    heads = [*map(_head, optionals), "h", *(p.name for p in others)]
    passed = [*map(_passed, optionals), "h", *map(_passed, others)]
    call = f"{function.name} {' '.join(passed)}"
    if function.returns in (Ret.ENUM, Ret.FLAGS):
        call = f"{group_of(function).name}.of_code ({call})"
    return f"let {function.name} {' '.join(heads)} =\n  {call}\n"


def emit_nbd_ml(
    functions: Iterable[Function],
    enums: Sequence[kinds.EnumGroup],
    flag_groups: Sequence[kinds.FlagGroup],
    constants: Sequence[kinds.Constant],
) -> str:
    """The text of bindings/ocaml/NBD.ml."""
    every = externals(functions)
    groups: list[Group] = [*enums, *flag_groups]
    returned = [f.group for f in every if f.returns in (Ret.ENUM, Ret.FLAGS)]
    return SOURCE.substitute(
        groups="\n".join(_group(group, group in returned) for group in groups),
        constants="\n".join(map(_constant, constants)),
        runners="\n".join(map(_runner, callbacks(every))),
        functions="\n".join(_external(f) + _wrapper(f) for f in every),
    )
