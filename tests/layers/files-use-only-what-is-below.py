#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""No two files need each other, and no file of lib/ uses a layer above its own.

usage: tests/layers/files-use-only-what-is-below.py [DIRECTORY...]

nm prints the symbols that objects define and use: those in a directory and
below it, without its tests.  A file that uses a symbol of another file depends
on that file.  It is an error if files depend on each other in a circle.  For
lib/, the table of layers in docs/ARCHITECTURE.md also says which layers a file
may use.  Without arguments, all directories that must be in order are checked.
Run this at the top of the build tree.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Iterator

CHECKED = ["common", "convert", "copy", "discard", "dump", "fuse", "info", "lib"]
LAYERED = "lib"
PAGE = "docs/ARCHITECTURE.md"
HEADING = "## Layers"
COLUMNS = ["layer", "what", "files", "may use"]
UNDEFINED = {"U", "v", "w"}  # nm's letters for them

# The symbols because of which one file needs another: uses[file][other].
Uses = dict[str, dict[str, list[str]]]


class Wrong(Exception):
    """Nothing can be checked, for the reason given."""


@dataclass(frozen=True)
class Layer:
    name: str
    files: list[str]  # patterns below LAYERED, without .c
    below: list[str]  # the layers that it may use


def known_to_make() -> set[str] | None:
    """The C files that the Makefile compiles.  Other objects are left from
    another build."""
    makefile = Path("Makefile")
    if not makefile.is_file():
        return None
    return set(re.findall(r"[\w/+-]+\.c\b", makefile.read_text(encoding="utf-8")))


def source_of(item: Path, source_top: Path) -> str | None:
    """The file from which an object was made, or nothing if it is gone.

    Objects of a program are called PROGRAM-FILE.o, and libtool's are in .libs.
    """
    place = item.parent.parent if item.parent.name == ".libs" else item.parent
    for stem in item.stem, item.stem.partition("-")[2]:
        name = place / f"{stem}.c"
        if stem and (name.is_file() or (source_top / name).is_file()):
            return name.as_posix()
    return None


def newest_objects(directory: str, source_top: Path) -> dict[str, Path]:
    """One object for each file: the newest, because older ones may be left
    from another build."""
    known = known_to_make()
    objects: dict[str, Path] = {}
    top = Path(directory)
    pattern = ".libs/*.o" if directory == LAYERED else "*.o"
    for item in sorted(top.rglob(pattern)):
        if "tests" in item.relative_to(top).parts:
            continue
        name = source_of(item, source_top)
        if name is None or (known is not None and name not in known):
            continue
        other = objects.get(name)
        if other is None or other.stat().st_mtime < item.stat().st_mtime:
            objects[name] = item
    return objects


def symbols_of(item: Path) -> tuple[set[str], set[str]]:
    """What an object defines and what it uses."""
    command = [*shlex.split(os.environ.get("NM") or "nm"), "-P", "-g", str(item)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    defined: set[str] = set()
    used: set[str] = set()
    for line in shown.stdout.splitlines():
        symbol, kind = line.split()[:2]
        (used if kind in UNDEFINED else defined).add(symbol)
    return defined, used


def find_uses(objects: dict[str, Path]) -> Uses:
    symbols = {name: symbols_of(item) for name, item in objects.items()}
    homes: dict[str, list[str]] = defaultdict(list)
    for name, (defined, _) in symbols.items():
        for symbol in defined:
            homes[symbol].append(name)
    if not homes:
        raise Wrong("nm shows no symbols of the objects")
    uses: Uses = {name: defaultdict(list) for name in symbols}
    for name, (_, used) in symbols.items():
        for symbol in sorted(used):
            for home in homes[symbol] if symbol in homes else []:
                uses[name][home].append(symbol)
    return uses


def circle_from(start: str, uses: Uses) -> list[str]:
    """A shortest way from a file back to itself, or nothing."""
    before: dict[str, str] = {}
    reached = [start]
    for name in reached:
        for other in sorted(uses[name]):
            if other == start:
                circle = [name]
                while circle[0] != start:
                    circle.insert(0, before[circle[0]])
                return circle
            if other in uses and other not in before:
                before[other] = name
                reached.append(other)
    return []


def circles(uses: Uses) -> Iterator[str]:
    """A shortest circle, then a shortest one among the other uses, and so
    on."""
    rest = {name: dict(others) for name, others in uses.items()}
    while found := [way for name in sorted(rest) if (way := circle_from(name, rest))]:
        way = min(found, key=len)
        steps = [
            f"{name} uses {rest[name].pop(other)[0]} of {other}"
            for name, other in zip(way, way[1:] + way[:1])
        ]
        yield "a circle: " + ", ".join(steps)


def cells(line: str) -> list[str]:
    return [cell.strip().replace("`", "") for cell in line.strip("| \n").split("|")]


def read_layers(page: Path) -> list[Layer]:
    if not page.is_file():
        raise Wrong(f"{PAGE} does not exist")
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    if HEADING not in lines:
        raise Wrong(f"{PAGE}: no heading {HEADING!r}")
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith("|"):
            rows.append(cells(line.rstrip()))
        elif rows or line.startswith("## "):
            break
    if len(rows) < 3 or rows[0] != COLUMNS:
        raise Wrong(f"{PAGE}: no table with the columns {' | '.join(COLUMNS)}")
    layers: list[Layer] = []
    for row in rows[2:]:
        if len(row) != len(COLUMNS):
            raise Wrong(f"{PAGE}: the row of {row[0]} has {len(row)} columns")
        below = [name.strip() for name in row[3].split(",")]
        below = [name for name in below if name not in ("", "-", "libc")]
        above = {layer.name for layer in layers}
        for name in below:
            if name not in above:
                raise Wrong(f"{PAGE}: {row[0]} may use {name}: no row before has it")
        layers.append(Layer(row[0], row[2].split(), below))
    return layers


def layered_files(source_top: Path) -> list[str]:
    """All files of lib/, also those that are generated or not used in this
    build."""
    files = {
        path.relative_to(top).as_posix()
        for top in (source_top, Path())
        for path in (top / LAYERED).rglob("*.c")
    }
    known = known_to_make()
    return sorted(files if known is None else files & known)


def matches(name: str, pattern: str) -> bool:
    stem = name.removesuffix(".c").removeprefix(f"{LAYERED}/")
    pattern = pattern.removeprefix(f"{LAYERED}/").rstrip("/")
    return fnmatchcase(stem, pattern) or fnmatchcase(stem, f"{pattern}/*")


def place_files(
    files: list[str], layers: list[Layer], errors: list[str]
) -> dict[str, Layer]:
    places: dict[str, Layer] = {}
    for name in files:
        found = [
            layer
            for layer in layers
            if any(matches(name, pattern) for pattern in layer.files)
        ]
        if len(found) == 1:
            places[name] = found[0]
        elif found:
            both = " and ".join(layer.name for layer in found)
            errors.append(f"{name} is in more than one layer: {both}")
        else:
            errors.append(f"{name} is in no layer of {PAGE}")
    for layer in layers:
        for pattern in layer.files:
            if not any(matches(name, pattern) for name in files):
                errors.append(f"{PAGE}: {pattern} of layer {layer.name} is no file")
    return places


def layer_errors(uses: Uses, source_top: Path) -> list[str]:
    errors: list[str] = []
    layers = read_layers(source_top / PAGE)
    places = place_files(layered_files(source_top), layers, errors)
    for name in sorted(uses):
        for other, symbols in sorted(uses[name].items()):
            mine, its = places.get(name), places.get(other)
            if mine and its and its != mine and its.name not in mine.below:
                errors.append(
                    f"{name} uses {', '.join(symbols)} of {other}: "
                    f"layer {mine.name} may not use {its.name}"
                )
    for layer in layers:
        errors += circles(
            {name: uses[name] for name in uses if places.get(name) == layer}
        )
    return errors


def check(directory: str, source_top: Path) -> list[str] | None:
    """What is wrong in a directory; None if nothing of it was built."""
    objects = newest_objects(directory, source_top)
    if not objects:
        return None
    uses = find_uses(objects)
    if directory == LAYERED:
        return layer_errors(uses, source_top)
    return list(circles(uses))


def main() -> int:
    source_top = Path(os.environ.get("srcdir", "."))
    built = False
    wrong = 0
    for directory in sys.argv[1:] or CHECKED:
        try:
            errors = check(directory, source_top)
        except (Wrong, OSError, subprocess.CalledProcessError) as reason:
            errors = [str(reason)]
        if errors is None:
            print(f"{directory}: not built")
            continue
        built = True
        for error in errors:
            print(f"{directory}: {error}")
        wrong += len(errors)
    if wrong:
        return 1
    return 0 if built else 77


if __name__ == "__main__":
    sys.exit(main())
