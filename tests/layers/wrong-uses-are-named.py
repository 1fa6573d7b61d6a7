#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""For each wrong use between files, the error names both files and the
symbol."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECK = Path(__file__).resolve().with_name("files-use-only-what-is-below.py")

TABLE = """\
# Architecture
## Layers
The table.

| layer | what | files | may use |
|---|---|---|---|
| base | what all need | {base} | libc |
| reach | connecting | {reach} | {uses} |

## Threads
| layer | what | files | may use |
"""
GOOD = TABLE.format(base="`errors` strings", reach="lib/reach/*", uses="base")


def file(defines: str, *uses: str) -> str:
    """A file with one function, which calls others."""
    lines = [f"void {symbol} (void);" for symbol in (defines, *uses)]
    lines.append(f"void {defines} (void) {{")
    lines += [f"  {symbol} ();" for symbol in uses]
    return "\n".join([*lines, "}", ""])


@dataclass(frozen=True)
class Case:
    name: str
    files: dict[str, str]
    expected: list[str]
    page: str | None = None


TOOL = {
    "fuse/loop.c": file("loop_turn", "leave"),
    "fuse/leave.c": file("leave"),
    "fuse/main.c": file("main", "loop_turn", "leave", "exit"),
}
LIBRARY = {
    "lib/errors.c": file("set_error", "append"),
    "lib/strings.c": file("append"),
    "lib/reach/connect.c": file("reach", "resolve", "set_error"),
    "lib/reach/address.c": file("resolve", "append"),
}

CASES = [
    Case("files without circles", TOOL, []),
    Case(
        "two files that need each other",
        TOOL | {"fuse/leave.c": file("leave", "loop_turn")},
        [
            "fuse: a circle: fuse/leave.c uses loop_turn of fuse/loop.c, "
            "fuse/loop.c uses leave of fuse/leave.c"
        ],
    ),
    Case(
        "a circle of three files, which is shorter than another",
        {
            "fuse/a.c": file("a", "b"),
            "fuse/b.c": file("b", "c"),
            "fuse/c.c": file("c", "a", "d"),
            "fuse/d.c": file("d", "a"),
        },
        [
            "fuse: a circle: fuse/a.c uses b of fuse/b.c, "
            "fuse/b.c uses c of fuse/c.c, fuse/c.c uses a of fuse/a.c"
        ],
    ),
    Case(
        "a circle of files in two directories",
        {
            "copy/select.c": file("select_lines", "copy_run"),
            "copy/engine/run.c": file("copy_run", "select_lines"),
        },
        [
            "copy: a circle: copy/engine/run.c uses select_lines of copy/select.c, "
            "copy/select.c uses copy_run of copy/engine/run.c"
        ],
    ),
    Case(
        "a circle through a test",
        {
            "copy/run.c": file("copy_run", "hook"),
            "copy/tests/t.c": file("hook", "copy_run"),
        },
        [],
    ),
    Case("files in layers", LIBRARY, [], GOOD),
    Case(
        "a use of a layer above",
        LIBRARY | {"lib/strings.c": file("append", "reach", "resolve")},
        [
            "lib: lib/strings.c uses resolve of lib/reach/address.c: "
            "layer base may not use reach",
            "lib: lib/strings.c uses reach of lib/reach/connect.c: "
            "layer base may not use reach",
        ],
        GOOD,
    ),
    Case(
        "a use of a layer below that the table does not allow",
        LIBRARY,
        [
            "lib: lib/reach/address.c uses append of lib/strings.c: "
            "layer reach may not use base",
            "lib: lib/reach/connect.c uses set_error of lib/errors.c: "
            "layer reach may not use base",
        ],
        TABLE.format(base="errors strings", reach="reach/*", uses="-"),
    ),
    Case(
        "a circle within a layer",
        LIBRARY | {"lib/strings.c": file("append", "set_error")},
        [
            "lib: a circle: lib/errors.c uses append of lib/strings.c, "
            "lib/strings.c uses set_error of lib/errors.c"
        ],
        GOOD,
    ),
    Case(
        "a file in no layer",
        LIBRARY | {"lib/wire.c": file("swap")},
        ["lib: lib/wire.c is in no layer of docs/ARCHITECTURE.md"],
        GOOD,
    ),
    Case(
        "a file in two layers",
        LIBRARY,
        ["lib: lib/errors.c is in more than one layer: base and reach"],
        TABLE.format(base="errors strings", reach="reach err*", uses="base"),
    ),
    Case(
        "a file that does not exist",
        LIBRARY,
        ["lib: docs/ARCHITECTURE.md: debug of layer base is no file"],
        TABLE.format(base="errors strings debug", reach="reach", uses="base"),
    ),
    Case(
        "a layer that may use one above",
        LIBRARY,
        ["lib: docs/ARCHITECTURE.md: reach may use link: no row before has it"],
        TABLE.format(base="errors strings", reach="reach", uses="base, link"),
    ),
    Case("no page", LIBRARY, ["lib: docs/ARCHITECTURE.md does not exist"]),
    Case(
        "no heading",
        LIBRARY,
        ["lib: docs/ARCHITECTURE.md: no heading '## Layers'"],
        "# Layers\n",
    ),
    Case(
        "no table",
        LIBRARY,
        [
            "lib: docs/ARCHITECTURE.md: no table with the columns "
            "layer | what | files | may use"
        ],
        "## Layers\n\n## Threads\n" + GOOD,
    ),
    Case(
        "a row that lacks a cell",
        LIBRARY,
        ["lib: docs/ARCHITECTURE.md: the row of api has 3 columns"],
        GOOD.replace("\n\n##", "\n| api | calls | call |\n\n##"),
    ),
]


def compile_file(source: Path, item: Path) -> None:
    compiler = shlex.split(os.environ.get("CC") or "cc")
    command = [*compiler, "-fno-builtin", "-w", "-c", "-o", str(item), str(source)]
    subprocess.run(command, check=True)


def build(top: Path, case: Case) -> None:
    """Make a tree as make leaves it, with files and objects of an older
    build."""
    directory = next(iter(case.files)).partition("/")[0]
    left_over = f"{directory}/left-over.c"
    makefile = " ".join(case.files)
    (top / "Makefile").write_text(f"SOURCES = {makefile}\n", encoding="utf-8")
    for name, text in [*case.files.items(), (left_over, file("leave", "loop_turn"))]:
        source = top / name
        library = directory == "lib"
        place = source.parent / ".libs" if library else source.parent
        place.mkdir(parents=True, exist_ok=True)
        source.write_text(text, encoding="utf-8")
        item = place / f"libcore_la-{source.stem}.o"
        compile_file(source, item)
        shutil.copy(item, place / "libcore_la-that-is-no-more.o")
    if case.page is not None:
        (top / "docs").mkdir()
        (top / "docs/ARCHITECTURE.md").write_text(case.page, encoding="utf-8")


def passes(case: Case) -> bool:
    with tempfile.TemporaryDirectory() as place:
        build(Path(place), case)
        directory = next(iter(case.files)).partition("/")[0]
        shown = subprocess.run(
            [sys.executable, str(CHECK), directory],
            env=os.environ | {"srcdir": "."},
            cwd=place,
            capture_output=True,
            text=True,
        )
    lines = shown.stdout.splitlines() + shown.stderr.splitlines()
    if lines == case.expected and shown.returncode == bool(case.expected):
        return True
    print(f"{case.name}: exit status {shown.returncode}")
    for line in case.expected:
        print(f"  expected: {line}")
    for line in lines:
        print(f"  shown:    {line}")
    return False


def main() -> int:
    for program in shlex.split(os.environ.get("CC") or "cc")[0], "nm":
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed")
            return 77
    return 0 if all([passes(case) for case in CASES]) else 1


if __name__ == "__main__":
    sys.exit(main())
