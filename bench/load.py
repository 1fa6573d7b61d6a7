# SPDX-License-Identifier: MIT
"""How much CPU time other work took while we measured."""

import os
import resource
import time
from pathlib import Path

# The kernel counts in these units.
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

# Fields of the first line of /proc/stat that do not count as work: idle, iowait,
# and the guests' time, which is in user time already.
NO_WORK = {3, 4, 8, 9}


def machine_s() -> float:
    """CPU seconds that were spent on this machine, or stolen from it."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    work = (int(f) for i, f in enumerate(fields) if i not in NO_WORK)
    return sum(work) / TICKS_PER_S


def process_s(pid: int) -> float:
    """CPU seconds of a running process."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks: int = int(stat[11]) + int(stat[12])
    return ticks / TICKS_PER_S


def _ours_s(server: int) -> float:
    """CPU seconds of the server, of clients that have ended, and of this process."""
    total = process_s(server)
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


class Others:
    """The others' share of one core since this object was made."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._start = time.monotonic()
        self._before = machine_s() - _ours_s(server)

    def share(self) -> float:
        spent = machine_s() - _ours_s(self._server) - self._before
        return max(0.0, spent / (time.monotonic() - self._start))
