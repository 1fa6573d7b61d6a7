# SPDX-License-Identifier: MIT
"""Measures programs that do the same work in turns, once in each round."""

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from load import process_s

# How often a program is run before its failure counts.
ATTEMPTS = 5
TIMEOUT_S = 60


@dataclass(frozen=True)
class Sample:
    """Seconds of one run: wall time, its CPU time, and that of the servers."""

    wall: float
    cpu: float
    servers: float


def run(
    command: list[str], environment: dict[str, str], timeout_s: float
) -> tuple[float, float] | None:
    """Seconds of wall time and of CPU, or None if it failed.

    With a timeout, subprocess would only check from time to time whether the
    process has ended, so a timer enforces the timeout here.
    """
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    alarm = threading.Timer(timeout_s, process.kill)
    alarm.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    alarm.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return None if status else (wall, usage.ru_utime + usage.ru_stime)


def measure(
    command: list[str],
    environment: dict[str, str],
    servers: list[int],
    timeout_s: float = TIMEOUT_S,
) -> Sample:
    """Run a command, again if it fails: the peers fail or hang now and then."""
    for _ in range(ATTEMPTS):
        served = sum(map(process_s, servers))
        took = run(command, environment, timeout_s)
        if took:
            return Sample(*took, sum(map(process_s, servers)) - served)
    sys.exit(f"bench: it fails again and again: {' '.join(command)}")


def paired(ours: Sequence[Sample], theirs: Sequence[Sample]) -> float:
    """The median ratio of wall times, by round: disturbances outlast a round."""
    pairs = zip(ours, theirs)
    return statistics.median(mine.wall / other.wall for mine, other in pairs)
