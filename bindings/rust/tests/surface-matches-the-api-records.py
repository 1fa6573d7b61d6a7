# SPDX-License-Identifier: MIT
"""rustdoc shows that the crates have every function of the API records."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

top = Path(os.environ["top_srcdir"])
build = Path(os.environ["top_builddir"])
sys.path.insert(0, str(top / "generator"))

from api import RECORDS, constants  # noqa: E402
from nbdgen.calls.expand import functions  # noqa: E402
from nbdgen.calls.model import Function  # noqa: E402

DOC = build / "bindings/rust/target/doc"

# Functions that are not in the crate under their own name, and why.
WITHOUT = {
    "create": "Handle::new makes a handle, as constructors are called",
    "close": "dropping closes; Handle::close has another signature",
    "get_error": "every failure brings its own Error, with the text",
    "get_errno": "every failure brings its own Error, with the number",
}
# What AsyncHandle has besides the blocking calls, and why.
ASYNC_ONLY = {
    "new": "the constructor",
    "close": "waits until the task has ended",
    "connect": "nbd_aio_connect, which has no blocking form",
    "extents": "an iterator over the results of nbd_aio_block_status_64",
    "extents_of": "the same for some metadata contexts",
    "pread_buf": "nbd_aio_pread into a buffer of the crate bytes",
    "shutdown": "nbd_aio_disconnect or nbd_aio_opt_abort, and waiting",
}
# What Handle has besides the functions, and why.
OURS = {
    "new": "nbd_create",
    "close": "nbd_close",
    "as_ptr": "for callers of libnbd-sys",
    "extents": "an iterator over the results of nbd_aio_block_status_64",
    "extents_of": "the same for some metadata contexts",
}

wrong = 0


def same(what: str, got: set[str], expected: set[str]) -> None:
    global wrong
    for name in sorted(expected - got):
        print(f"{what}: {name} is missing")
        wrong = 1
    for name in sorted(got - expected):
        print(f"{what}: {name} is in no record")
        wrong = 1


def page(path: str) -> str:
    return (DOC / path).read_text(encoding="utf-8")


def ids(text: str, kind: str) -> set[str]:
    return set(re.findall(rf'id="{kind}\.(\w+)"', text))


def inherent(type_name: str) -> set[str]:
    """Return a struct's own methods, without those of traits and Deref."""
    text = page(f"libnbd/struct.{type_name}.html")
    start = text.index('id="implementations"')
    ends = [text.find(f'id="{x}') for x in ("deref-methods", "trait-impl")]
    return ids(text[start : min(end for end in ends if end > 0)], "method")


def pages(crate: str, kind: str) -> set[str]:
    return {p.name.split(".")[1] for p in (DOC / crate).glob(f"{kind}.*.html")}


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def check_functions(every: list[Function]) -> None:
    names = {function.name for function in every}
    assert set(WITHOUT) <= names
    same("Handle", inherent("Handle"), names - set(WITHOUT) | set(OURS))
    declared = {name.removeprefix("nbd_") for name in pages("libnbd_sys", "fn")}
    same("libnbd-sys", declared, names)
    library = build / "lib/.libs/libnbd.so"
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", library],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    exported = set(re.findall(r" T nbd_(\w+)", symbols))
    same("library", exported, names)
    if (DOC / "libnbd/struct.AsyncHandle.html").exists():
        waiting = {f.name for f in every if f.aio}
        same("AsyncHandle", inherent("AsyncHandle"), waiting | set(ASYNC_ONLY))


def check_constants() -> None:
    same(
        "constants",
        pages("libnbd", "constant"),
        {constant.name for constant in constants.CONSTANTS},
    )
    for enum in constants.ENUMS:
        text = page(f"libnbd/enum.{camel(enum.name)}.html")
        expected = {camel(member.name) for member in enum.members}
        same(enum.name, ids(text, "variant"), expected)
    for group in constants.FLAG_GROUPS:
        text = page(f"libnbd/struct.{camel(group.name)}.html")
        expected = {member.name for member in group.members}
        same(group.name, ids(text, "associatedconstant"), expected)


every = functions(RECORDS)
check_functions(every)
check_constants()
print(f"{len(every)} functions, {len(WITHOUT)} of them in another form:")
for name, reason in WITHOUT.items():
    print(f"  {name}: {reason}")
sys.exit(wrong)
