#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The compiled module has every function and constant of the API records, each
function with the type that its arguments need, and nothing else.  Functions
that wait are promises, too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

top = Path(os.environ["srcdir"]).resolve()
sys.path.insert(0, str(top / "generator"))
sys.dont_write_bytecode = True

from api import RECORDS, constants  # noqa: E402
from nbdgen.calls import model as calls  # noqa: E402
from nbdgen.calls.expand import functions  # noqa: E402

# Functions that are not needed in OCaml.
EXCEPTIONS = {
    "get_error": "the message is in the exception NBD.Error",
    "get_errno": "the error number is in the exception NBD.Error",
}
# Functions that only OCaml has.
ADDED = {
    "errno_of_unix_error": "Unix.error -> int",
    "unix_error_of_errno": "int -> Unix.error",
    "with_handle": "(t -> 'a) -> 'a",
}

CALLBACKS = {
    "chunk": "bytes -> int64 -> int -> int ref -> int",
    "completion": "int ref -> int",
    "debug": "string -> string -> int",
    "extent": "string -> int64 -> int64 array -> int ref -> int",
    "extent64": "string -> int64 -> extent array -> int ref -> int",
    "list": "string -> string -> int",
    "context": "string -> int",
    "event": "int -> string -> int64 -> int",
    "interrupt": "unit -> int",
}
ARGUMENTS = {
    "Bool": "bool",
    "Int": "int",
    "Milliseconds": "int",
    "Fd": "Unix.file_descr",
    "UInt32": "int64",
    "UInt64": "int64",
    "SizeT": "int",
    "UIntPtr": "int",
    "String": "string",
    "Path": "string",
    "StringList": "string list",
    "SockAddr": "Unix.sockaddr",
}
RESULTS = {
    "ERR": "unit",
    "BOOL": "bool",
    "INT": "int",
    "FD": "Unix.file_descr",
    "INT64": "int64",
    "COOKIE": "cookie",
    "SIZE": "int",
    "STRING": "string",
    "STATIC_STRING": "string",
    "UINT": "int",
    "UINT64": "int64",
    "UINTPTR": "int",
    "HANDLE": "t",
    "VOID": "unit",
}


def argument(arg: calls.Arg | calls.OptArg) -> str:
    kind = type(arg).__name__
    if isinstance(arg, (calls.Closure, calls.OClosure)):
        return f"({CALLBACKS[arg.callback.name]})"
    if isinstance(arg, calls.EnumArg):
        return f"{arg.group.name}.t"
    if isinstance(arg, (calls.FlagsArg, calls.OFlags)):
        return f"{arg.group.name}.t list"
    if isinstance(arg, (calls.BytesIn, calls.BytesOut)):
        return "Buffer.t" if arg.persist else "bytes"
    return ARGUMENTS[kind]


def expected_type(function: calls.Function) -> str:
    if function.name == "create":
        return "unit -> t"
    types = [f"?{arg.name}:{argument(arg)}" for arg in function.opt]
    types += ["t", *map(argument, function.args)]
    result = RESULTS.get(function.returns.name)
    if result is None:
        assert function.group is not None
        more = " list" if function.returns == calls.Ret.FLAGS else ""
        result = f"{function.group.name}.t{more}"
    return " -> ".join([*types, result])


def expected() -> dict[str, str]:
    found = {
        function.name: expected_type(function)
        for function in functions(RECORDS)
        if function.name not in EXCEPTIONS
    }
    for constant in constants.CONSTANTS:
        kind = "string" if isinstance(constant.value, str) else "int32"
        found[constant.name.lower()] = kind
    return {**found, **ADDED}


def compiled() -> dict[str, str]:
    """Return what the compiler says of the compiled interface."""
    probe = Path("bindings/ocaml/surface.ml")
    probe.write_text("include NBD\n")
    try:
        text = subprocess.run(
            ["ocamlfind", "ocamlc", "-package", "unix", "-I", "bindings/ocaml"]
            + ["-i", str(probe)],
            check=True,
            text=True,
            capture_output=True,
        ).stdout
    finally:
        probe.unlink()
    text = re.sub(r"^module .*?^  end$", "", text, flags=re.M | re.S)
    found = {}
    for item in re.split(r"^(?=\w)", text, flags=re.M):
        match = re.match(r"(?:val|external) (\w+) :\s+(.*)", item, re.S)
        if match:
            found[match[1]] = " ".join(match[2].split("=")[0].split())
    return {name: kind.replace("NBD.", "") for name, kind in found.items()}


def promises() -> list[str]:
    """Return uses of all functions that wait; those that fill a buffer are called
    X_into."""
    every = {function.name: function for function in functions(RECORDS)}
    names = []
    for function in every.values():
        if function.aio:
            args = every[function.aio].args
            fills = any(isinstance(arg, calls.BytesOut) for arg in args)
            names.append(function.name + "_into" * fills)
    uses = [f"  let _ = S.{name}" for name in names]
    return ["module _ (S : NBD_async.S) = struct", *uses, "end"]


def members() -> None:
    """Check that every member of a group has its value, and that every promise
    exists; the compiler does the checking."""
    groups: list[calls.EnumGroup | calls.FlagGroup] = []
    groups += [*constants.ENUMS, *constants.FLAG_GROUPS]
    source = Path("bindings/ocaml/members.ml")
    lines = [
        f"let _ : NBD.{group.name}.t = NBD.{group.name}."
        + member.name.removeprefix(f"{group.name}_")
        for group in groups
        for member in group.members
    ]
    lines += promises()
    source.write_text("\n".join(lines) + "\n")
    try:
        command = ["ocamlfind", "ocamlc", "-package", "unix", "-I", "bindings/ocaml"]
        subprocess.run([*command, "-i", str(source)], check=True)
    finally:
        source.unlink()


def main() -> int:
    want, got = expected(), compiled()
    wrong = 0
    for name in sorted(want.keys() | got.keys()):
        if want.get(name) != got.get(name):
            print(f"{name}: expected {want.get(name)}, found {got.get(name)}")
            wrong = 1
    members()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
