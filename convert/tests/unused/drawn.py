# SPDX-License-Identifier: MIT
"""What the tests with random file systems and volumes share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Callable, Sequence


def run(*words: object) -> str:
    """Run a program, which has to succeed.  Return its output."""
    done = subprocess.run(
        [str(word) for word in words],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stdout}")
    return done.stdout


def draw(
    check: Callable[[int], None], programs: Sequence[str], usual: int, long: int
) -> None:
    """Check as many seeds as the environment says, if these programs are
    installed."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in programs:
        if shutil.which(program) is None:
            print(f"SKIP: {program} is not installed")
            sys.exit(77)
    runs = long if os.environ.get("CHECK_LONG") else usual
    first = int(os.environ.get("SEED", "1"))
    for seed in range(first, first + int(os.environ.get("RUNS", runs))):
        try:
            check(seed)
        except (AssertionError, RuntimeError) as error:
            sys.exit(f"seed {seed}: {error}")
