# SPDX-License-Identifier: MIT
"""Which lines of the library and of the states were run, as reported by
gcov."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

MEASURED = re.compile(r"lib/([^/]+/)?[^/]+\.[ch]|generator/states(/.+)?\.c")


@dataclass(frozen=True)
class Line:
    """One line that has code."""

    file: str
    number: int
    function: str  # empty if gcov does not report it
    text: str
    runs: int


@dataclass(frozen=True)
class Reason:
    """Why some lines are not run: those of a function, those with a text, or
    both."""

    file: str
    function: str
    text: str
    why: str

    @property
    def by_chance(self) -> bool:
        """Whether some test runs do run the lines."""
        return self.why.startswith("by chance")

    def covers(self, line: Line) -> bool:
        """Whether the reason is for this line."""
        if line.file != self.file:
            return False
        if self.function and line.function != self.function:
            return False
        return self.text in line.text

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.text else ""
        return " ".join(part for part in (self.file, self.function, text) if part)


_REASON = re.compile(r'(\S+)(?: (\w+))?(?: "([^"]+)")?: (.+)')


def reasons(path: Path) -> list[Reason]:
    """Read lines such as: FILE FUNCTION "part of the line": why.  FUNCTION or
    the quoted part may be missing."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        match = _REASON.fullmatch(line)
        if match is None or not (match[2] or match[3]):
            raise SystemExit(f'{path}:{number}: not FILE FUNCTION "TEXT": REASON')
        file, function, text, why = match.groups(default="")
        found.append(Reason(file, function, text, why))
    return found


def _gcov(gcov: str, data: Path) -> Iterator[dict[str, Any]]:
    """What gcov reports for one object."""
    command = [*gcov.split(), "--json-format", "--stdout", str(data)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    for line in done.stdout.splitlines():
        yield from json.loads(line)["files"]


def _name(file: str, top: Path) -> str:
    """The path of the file, relative to the top of the source tree."""
    path = os.path.normpath(file)
    return os.path.relpath(path, top) if os.path.isabs(path) else path


def measure(gcov: str, objects: Path, top: Path) -> list[Line]:
    """All lines, each once, even if it is in several objects."""
    runs: dict[tuple[str, int], int] = defaultdict(int)
    functions: dict[tuple[str, int], str] = {}
    data = sorted(objects.glob("**/.libs/*.gcda"))
    if not data:
        raise SystemExit(f"{objects}: no test has left a .gcda file")
    for path in data:
        for file in _gcov(gcov, path):
            name = _name(file["file"], top)
            if not MEASURED.fullmatch(name):
                continue
            for line in file["lines"]:
                key = name, line["line_number"]
                runs[key] += line["count"]
                functions[key] = line.get("function_name", "")
    texts = {
        name: (top / name).read_text(encoding="utf-8").splitlines()
        for name in {name for name, _ in runs}
    }
    return [
        Line(name, number, functions[name, number], texts[name][number - 1].strip(), n)
        for (name, number), n in sorted(runs.items())
    ]
