# SPDX-License-Identifier: MIT
"""Every function and constant of the API records is in the Go package.

The test makes a program from the records, not from the emitter of the package.
The program assigns each method to a variable of the type that the method must
have, compares constants and counts methods.  It must compile and run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ["srcdir"]).resolve()
BUILD = Path(os.environ["top_builddir"])
sys.path.insert(0, str(SOURCE / "generator"))

from api import RECORDS  # noqa: E402
from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS  # noqa: E402
from nbdgen.calls.expand import functions  # noqa: E402
from nbdgen.calls.model import (  # noqa: E402
    Closure,
    EnumGroup,
    FlagGroup,
    Function,
    OClosure,
    Ret,
)

# What is not a method of the same form, and why.
EXCEPTIONS = {
    "create": "libnbd.Create makes the handle",
    "close": "Close has a result of its own",
    "get_error": "is in each error: LibnbdError.Errmsg",
    "get_errno": "is in each error: LibnbdError.Errno",
}
# Methods that are not functions of the library.
MORE = {"Close", "String"}

TYPES = {
    "Bool": "bool",
    "Int": "int",
    "Milliseconds": "int",
    "Fd": "int",
    "UInt32": "uint32",
    "UInt64": "uint64",
    "SizeT": "uint",
    "UIntPtr": "uint",
    "String": "string",
    "Path": "string",
    "StringList": "[]string",
    "SockAddr": "net.Addr",
}
RESULTS = {
    Ret.BOOL: "bool",
    Ret.STRING: "*string",
    Ret.STATIC_STRING: "*string",
    Ret.FD: "int",
    Ret.INT: "uint",
    Ret.SIZE: "uint",
    Ret.UINT: "uint",
    Ret.UINTPTR: "uint",
    Ret.INT64: "uint64",
    Ret.COOKIE: "uint64",
    Ret.UINT64: "uint64",
}


def title(name: str) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in name.split("_"))


def parameter(arg: object) -> str:
    kind = type(arg).__name__
    if kind in ("EnumArg", "FlagsArg"):
        return "libnbd." + title(getattr(arg, "group").name)
    if kind in ("BytesIn", "BytesOut"):
        return "libnbd.AioBuffer" if getattr(arg, "persist") else "[]byte"
    if isinstance(arg, (Closure, OClosure)):
        return f"libnbd.{title(arg.callback.name)}Callback"
    return TYPES[kind]


def signature(function: Function) -> str:
    params = ["*libnbd.Libnbd", *map(parameter, function.args)]
    if function.opt:
        params.append(f"*libnbd.{title(function.name)}Optargs")
    result = RESULTS.get(function.returns, "")
    if function.returns in (Ret.INT, Ret.INT64) and not function.may_set_error:
        result = result[1:]  # it can be negative
    if function.returns in (Ret.ENUM, Ret.FLAGS):
        assert function.group is not None
        result = "libnbd." + title(function.group.name)
    results = f"({result}, error)" if result else "error"
    return f"func({', '.join(params)}) {results}"


def optional(function: Function) -> list[str]:
    """Return statements that use each field of the optional arguments."""
    name = f"libnbd.{title(function.name)}Optargs"
    lines: list[str] = []
    for arg in function.opt:
        kind, field = "libnbd." + title(getattr(arg, "group", CONSTANTS[0]).name), ""
        if isinstance(arg, OClosure):
            kind, field = parameter(arg), f"{title(arg.name)}Callback"
        else:
            field = title(arg.name)
        lines.append(f"_ = {name}{{{field}Set: true, {field}: *new({kind})}}")
    return lines


def program() -> str:
    lines: list[str] = []
    count = len(MORE)
    for function in functions(RECORDS):
        if function.name in EXCEPTIONS:
            continue
        count += 1
        method = f"(*libnbd.Libnbd).{title(function.name)}"
        lines.append(f"var _ {signature(function)} = {method}")
        lines += optional(function)
    groups: list[EnumGroup | FlagGroup] = [*ENUMS, *FLAG_GROUPS]
    for group in groups:
        kind = title(group.name)
        for member in group.members:
            name = f"{group.name}_{member.name}"
            lines.append(
                f'same("{name}", libnbd.{name} == libnbd.{kind}({member.value}))'
            )
    for flags in FLAG_GROUPS:
        name = f"{flags.name}_MASK"
        lines.append(f'same("{name}", libnbd.{name} == {flags.mask})')
    for constant in CONSTANTS:
        value = constant.value
        text = f'"{value}"' if isinstance(value, str) else str(value)
        lines.append(f'same("{constant.name}", libnbd.{constant.name} == {text})')
    body = "\n\t".join(lines)
    return f"""package main

import (
    "fmt"
    "net"
    "os"
    "reflect"

    "libguestfs.org/libnbd"
)

var _ net.Addr

func same(name string, yes bool) {{
    if !yes {{
        fmt.Println(name, "differs")
        os.Exit(1)
    }}
}}

func main() {{
    {body}
    handle := reflect.TypeOf(&libnbd.Libnbd{{}})
    for i := 0; i < handle.NumMethod(); i++ {{
        fmt.Println(handle.Method(i).Name)
    }}
    same("the number of methods", handle.NumMethod() == {count})
}}
"""


def main() -> int:
    if os.environ.get("LIBNBD_SANITIZERS"):
        print("SKIP: programs in Go do not load a library that has sanitizers")
        return 77
    with tempfile.TemporaryDirectory(prefix="causeway-") as directory:
        path = Path(directory)
        (path / "main.go").write_text(program())
        (path / "go.mod").write_text(
            "module surface\n\ngo 1.18\n\nrequire libguestfs.org/libnbd v0.0.0\n\n"
            f"replace libguestfs.org/libnbd => {SOURCE}/bindings/golang\n"
        )
        environment = {**os.environ, "GO_DIRECTORY": directory}
        go = str(SOURCE / "bindings/golang/go-in-tree")
        for command in ([go, "build", "-o", "surface", "."], [str(path / "surface")]):
            done = subprocess.run(command, env=environment)
            if done.returncode != 0:
                return 1
    for name, why in EXCEPTIONS.items():
        print(f"not a method: nbd_{name}: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
