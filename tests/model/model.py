# SPDX-License-Identifier: MIT
"""Run spin on models."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "generator"))

from nbdgen.emit.states.promela import emit_promela  # noqa: E402
from nbdgen.machine.model import Machine  # noqa: E402

# What each search looks for, with options for building and running the
# searcher.
SEARCHES: dict[str, tuple[list[str], list[str]]] = {
    "deadlock, commands that end twice": (["-DNOCLAIM", "-DSAFETY"], []),
    "commands that never end": ([], ["-a"]),
}
DEPTH = "-m1000000"
TABLE = "-w20"  # its size is 2 to that power
# A search of states without a claim, with options for the least time.
SAFETY = ["-Og", "-DNOCLAIM", "-DSAFETY", "-DNOREDUCE"]


# How the searcher reports a statement that it has not reached.  The ends of
# processes that go on forever, and assertions, do not count.
UNREACHED = re.compile(r'\t.*:\d+, state \d+, "(?!-end-|assert)')


@dataclass(frozen=True)
class Found:
    """The result of one search."""

    what: str
    states: int
    errors: int
    message: str  # of the first error
    never: int  # lines of the model that no path reaches


def missing() -> str:
    """Which program is missing; empty if none is."""
    compiler = shlex.split(os.environ.get("CC", "cc"))[0]
    tools = [os.environ.get("SPIN", "spin"), compiler]
    return next((f"no {tool}" for tool in tools if not shutil.which(tool)), "")


def search(machine: Machine) -> Iterator[Found]:
    """Search exhaustively for one thing after the other, in a temporary
    directory."""
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        model = work / "model.pml"
        model.write_text(emit_promela(machine), encoding="utf-8")
        spin = os.environ.get("SPIN", "spin")
        _run([spin, "-a", model.name], work)
        yield from (_search(work, what) for what in SEARCHES)


def search_text(text: str, what: str, options: list[str]) -> Found:
    """Search a model that is given as text for failed assertions."""
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        (work / "model.pml").write_text(text, encoding="utf-8")
        spin = os.environ.get("SPIN", "spin")
        _run([spin, "-a", *options, "model.pml"], work)
        return _search_for(work, what, SAFETY, [])


def _run(command: list[str], work: Path) -> str:
    """Run a program and return its output.  If it fails, this program ends."""
    done = subprocess.run(command, cwd=work, text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _search(work: Path, what: str) -> Found:
    """Run one of the searches."""
    return _search_for(work, what, ["-O0", *SEARCHES[what][0]], SEARCHES[what][1])


def _search_for(work: Path, what: str, flags: list[str], options: list[str]) -> Found:
    """Build a searcher and run it."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    _run([*compiler, "-w", *flags, "-o", "pan", "pan.c"], work)
    text = _run(["./pan", *options, DEPTH, TABLE], work)
    if "max search depth too small" in text:
        raise SystemExit(f"{what}: the search must go deeper than {DEPTH}")
    return Found(
        what=what,
        states=_number(r"(\d+) states, stored", text),
        errors=_number(r"errors: (\d+)", text),
        message=next(iter(re.findall(r"pan:\d+: (.{,90})", text)), ""),
        never=_never(text),
    )


def _never(text: str) -> int:
    """How many statements of processes were not reached; 0 if an error came
    first."""
    parts = text.split("\nunreached in ")[1:]
    processes = (part for part in parts if not part.startswith("claim"))
    return sum(len(UNREACHED.findall(part)) for part in processes)


def _number(pattern: str, text: str) -> int:
    """A number in the searcher's report, or 0 if the pattern has none."""
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"the searcher's report has no {pattern}:\n{text}")
    return int(match[1] or 0)
