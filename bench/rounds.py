# SPDX-License-Identifier: MIT
"""Programs that do the same work in turn, once in each round."""

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from load import process_s

# At a program before its failure is believed.
ATTEMPTS = 5
TIMEOUT_S = 60


@dataclass(frozen=True)
class Sample:
    """Seconds of one run: on the clock, and of processors."""

    wall: float
    cpu: float
    servers: float


def run(
    command: list[str], environment: dict[str, str], timeout_s: float
) -> tuple[float, float] | None:
    """Seconds of wall time and of CPU, or None if it failed.

    subprocess would look for the end of a process now and then only, if that
    has to come in time.
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
    """The peers fail or hang now and then."""
    for _ in range(ATTEMPTS):
        served = sum(map(process_s, servers))
        took = run(command, environment, timeout_s)
        if took:
            return Sample(*took, sum(map(process_s, servers)) - served)
    sys.exit(f"bench: it fails again and again: {' '.join(command)}")


def paired(ours: Sequence[Sample], theirs: Sequence[Sample]) -> float:
    """Round by round: what disturbs lasts longer than one."""
    pairs = zip(ours, theirs)
    return statistics.median(mine.wall / other.wall for mine, other in pairs)
