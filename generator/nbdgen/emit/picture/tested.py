# SPDX-License-Identifier: MIT
"""The tests of each group and state, found by names and texts in the tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping, Sequence

from nbdgen.machine.model import Group, Machine

OBLIGATIONS = "tests/protocol/obligations.txt"
UNCOVERED = "tests/coverage/uncovered.txt"
_SOURCES = ("*.c", "*.py", "*.sh")
_ITEM = re.compile(r"(\d+)\. (\S.*)")
_SOURCE = re.compile(r'  (must|should|ours): "(.+)"')
_EXCUSE = re.compile(r'machine "(\S+)(.*)": (.+)')
_PREFIX = re.compile(r"NBD_(OPT|REPLY_TYPE)_")
_EVERY_STATE = "every-state"
# Shorter names of groups are everyday words, which would find other tests.
_LONG_ENOUGH = 6


@dataclass(frozen=True)
class Obligation:
    """Something that the protocol demands of a client."""

    number: int
    text: str
    strict: str
    heading: str
    tests: tuple[str, ...]


class Tests:
    """The tests of the library."""

    def __init__(self, root: Path) -> None:
        self.obligations = tuple(_obligations(root / OBLIGATIONS))
        self._excuses = tuple(_excuses(root / UNCOVERED))
        below = root / "tests"
        self._transcripts: Mapping[str, str] = {
            _name(below, path): path.read_text(encoding="utf-8")
            for path in sorted(below.glob("wire/*/*.txt"))
        }
        self._names: Sequence[str] = sorted(
            _name(below, path)
            for suffix in _SOURCES
            for path in below.rglob(suffix)
            if "-" in path.stem
        )
        self.everywhere = tuple(name for name in self._names if _EVERY_STATE in name)

    def transcripts(self, group: Group) -> list[str]:
        """The transcripts that use a value of the group."""
        values = [_PREFIX.sub("", value.value) for value in group.values]
        if not values:
            return []
        words = "|".join(map(re.escape, values))
        spoken = re.compile(
            rf"^[CS]: (option|reply|chunk)\b.*\b({words})\b", re.MULTILINE
        )
        return [name for name, text in self._transcripts.items() if spoken.search(text)]

    def named(self, group: Group) -> list[str]:
        """The tests that have the name of the group in their own."""
        word = group.name.removeprefix("OPT_").lower().replace("_", "-")
        if len(word) < _LONG_ENOUGH:
            return []
        pattern = re.compile(rf"(^|[-/]){re.escape(word)}($|-)")
        return [name for name in self._names if pattern.search(Path(name).name)]

    def uncovered(self, state: str) -> list[str]:
        """The transitions of a state that no test takes, and why."""
        return [
            f"{state}{rest}: {why}"
            for path, rest, why in self._excuses
            if path == state
        ]


def unknown_states(machine: Machine, log: str) -> Iterator[int]:
    """The lines of a log that enter a state which the machine does not have."""
    for number, line in enumerate(log.splitlines(), 1):
        match = re.search(r": state ([A-Z0-9_.]+)", line)
        if match and match[1] not in machine.states and match[1] not in machine.groups:
            yield number


def _name(below: Path, path: Path) -> str:
    return path.relative_to(below).with_suffix("").as_posix()


def _obligations(path: Path) -> Iterator[Obligation]:
    """All items that name their section of the protocol document."""
    if not path.is_file():
        return
    for block in re.split(r"\n(?=\d+\. )", path.read_text(encoding="utf-8")):
        lines = block.splitlines()
        item = _ITEM.fullmatch(lines[0])
        source = _SOURCE.fullmatch(lines[1]) if len(lines) > 1 else None
        if item and source:
            tests = tuple(line.strip() for line in lines[2:] if line.startswith("  "))
            yield Obligation(int(item[1]), item[2], source[1], source[2], tests)


def _excuses(path: Path) -> Iterator[tuple[str, str, str]]:
    """(state, rest of the transition, reason) of each exception."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := _EXCUSE.fullmatch(line):
            yield match[1], match[2], match[3]
