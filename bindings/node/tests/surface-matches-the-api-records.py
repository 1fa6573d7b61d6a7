# SPDX-License-Identifier: MIT
"""Every function and constant of the API records is in the npm package.

The test computes from the records what must be there, and does not use the
emitter of the package.  A program in node prints what is there: methods with
the names of their parameters, and constants.  The types must declare the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ["srcdir"]).resolve()
BUILD = Path(os.environ["top_builddir"])
PACKAGE = BUILD / "bindings/node/node_modules/libnbd"
sys.path.insert(0, str(SOURCE / "generator"))

from api import RECORDS  # noqa: E402
from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS  # noqa: E402
from nbdgen.calls.expand import functions  # noqa: E402
from nbdgen.calls.model import (  # noqa: E402
    Closure,
    EnumGroup,
    FlagGroup,
    Function,
    OFlags,
)

# What is not a method of the same form, and why.
EXCEPTIONS = {
    "create": "new NBD() makes the handle",
    "close": "close() may be called twice",
    "get_error": "is in each error: NbdError.message",
    "get_errno": "is in each error: NbdError.errno",
    "aio_cancel": "a signal cancels commands",
    "aio_command_completed": "a promise collects its command",
    "aio_peek_command_completed": "promises need not be looked for",
}
# Methods that are not functions of the library.
MORE = {"close", "ref", "unref", "shutdown"}
BLOCKING = {"poll", "poll2", "shutdown"}

PROGRAM = """
const nbd = require(process.argv[1]);
const methods = {}, constants = {};
const parameters = (method) =>
  /\\((.*?)\\)/s.exec(String(method))[1].split(/,\\s*/).filter(Boolean);
const add = (from) => {
  for (const name of Object.getOwnPropertyNames(from)) {
    const { value } = Object.getOwnPropertyDescriptor(from, name);
    if (typeof value === 'function' && name !== 'constructor') {
      methods[name] = parameters(value);
    }
  }
};
add(nbd.NBD.prototype);
add(Object.getPrototypeOf(nbd.NBD.prototype));
for (const [name, value] of Object.entries(nbd)) {
  if (typeof value !== 'function') {
    constants[name] = value;
  }
}
console.log(JSON.stringify({ methods, constants }));
"""


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def wanted_methods() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for function in functions(RECORDS):
        if function.name in EXCEPTIONS:
            continue
        promised = is_asynchronous(function)
        name = camel(function.name.removeprefix("aio_") if promised else function.name)
        if function.aio or function.name in BLOCKING:
            name += "Sync"
        params = [camel(arg.name) for arg in function.args]
        flags = any(isinstance(arg, OFlags) for arg in function.opt)
        if promised or flags:
            params.append("options")
        assert name not in found, f"two methods are called {name}"
        found[name] = params
    return found


def is_asynchronous(function: Function) -> bool:
    return function.async_kind is not None


def wanted_constants() -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    groups: list[EnumGroup | FlagGroup] = [*ENUMS, *FLAG_GROUPS]
    for group in groups:
        for member in group.members:
            found[f"{group.name}_{member.name}"] = member.value
    for flags in FLAG_GROUPS:
        found[f"{flags.name}_MASK"] = flags.mask
    found.update((constant.name, constant.value) for constant in CONSTANTS)
    return found


def declared(file: str, pattern: str) -> set[str]:
    text = (PACKAGE / "lib" / file).read_text(encoding="utf-8")
    return set(re.findall(pattern, text, re.MULTILINE))


def check(what: str, wanted: object, found: object) -> None:
    if wanted != found:
        print(f"{what}:\nwanted {wanted}\nfound  {found}")
        sys.exit(1)


def main() -> int:
    if os.environ.get("LIBNBD_SANITIZERS"):
        print("SKIP: node does not load a library that has sanitizers")
        return 77
    node = os.environ.get("NODE", "node")
    done = subprocess.run(
        [node, "-e", PROGRAM, str(PACKAGE.resolve())],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    wanted = wanted_methods()
    for name in sorted(wanted.keys() | found["methods"].keys() - MORE):
        check(f"method {name}", wanted.get(name), found["methods"].get(name))
    check("constants", wanted_constants(), found["constants"])
    methods = declared("nbd.d.ts", r"^  (\w+)(?:<.*>)?\(")
    check("declared methods", set(wanted), methods)
    constants = declared("constants.d.ts", r"^export const (\w+):")
    check("declared constants", set(wanted_constants()), constants)
    closures = {
        arg.name for f in functions(RECORDS) for arg in f.args if type(arg) is Closure
    }
    types = {f"{camel(name)[:1].upper()}{camel(name)[1:]}Callback" for name in closures}
    check("callbacks", types, declared("nbd.d.ts", r"^export type (\w+Callback)"))
    for name, why in EXCEPTIONS.items():
        print(f"not a method: nbd_{name}: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
