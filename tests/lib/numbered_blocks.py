#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write numbered blocks from several threads, and check that they are there.

usage: numbered_blocks.py write|verify URI COUNT [CERTIFICATES]

The threads share a handle that can reconnect.  Each writes COUNT times into
random blocks of its own, reads others of its blocks again, and flushes now and
then.  No command may fail.  With verify, which runs later, all blocks are
read: they must be as they were when the last flush had returned.
"""

from __future__ import annotations

import random
import sys
import threading

import nbd

THREADS = 4
BLOCKS = 256  # of each thread
SIZE = 16384
RECONNECT_MS = 120_000
STALL_MS = 1000
# Longer than any server is stopped.
QUARANTINE_MS = 6000


def content(block: int, number: int) -> bytes:
    return b"%8d%8d" % (block, number) * (SIZE // 16)


class Worker:
    """One thread, its blocks, and the number that each block has."""

    def __init__(self, handle: nbd.NBD, which: int, count: int) -> None:
        self.handle, self.count = handle, count
        self.lots = random.Random(which)
        self.blocks = range(which * BLOCKS, (which + 1) * BLOCKS)
        self.numbers: dict[int, int] = {}
        self.failure: BaseException | None = None

    def plan(self) -> list[tuple[int, int]]:
        return [(self.lots.choice(self.blocks), n) for n in range(1, self.count + 1)]

    def write(self) -> None:
        try:
            for block, number in self.plan():
                self.handle.pwrite(content(block, number), block * SIZE)
                self.numbers[block] = number
                if number % 7 == 0:
                    self.check(self.lots.choice(list(self.numbers)))
                if number % 32 == 0:
                    self.handle.flush()
        except BaseException as failure:
            self.failure = failure

    def verify(self) -> None:
        self.numbers = dict(self.plan())
        for block in self.numbers:
            self.check(block)

    def check(self, block: int) -> None:
        got = self.handle.pread(SIZE, block * SIZE)
        want = content(block, self.numbers[block])
        if got != want:
            raise ValueError(f"block {block}: {got[:16]!r} instead of {want[:16]!r}")


def connect(uri: str, certificates: list[str]) -> nbd.NBD:
    handle = nbd.NBD()
    handle.set_reconnect_timeout(RECONNECT_MS)
    handle.set_stall_timeout(STALL_MS)
    handle.set_quarantine(QUARANTINE_MS)
    for directory in certificates:
        handle.set_tls_certificates(directory)
    handle.connect_uri(uri)
    return handle


def main() -> None:
    what, uri, count, *certificates = sys.argv[1:]
    handle = connect(uri, certificates)
    workers = [Worker(handle, which, int(count)) for which in range(THREADS)]
    if what == "verify":
        for worker in workers:
            worker.verify()
    else:
        threads = [threading.Thread(target=worker.write) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for worker in workers:
            if worker.failure is not None:
                raise worker.failure
        handle.flush()
    reconnects = handle.stats_reconnects()
    print(f"{reconnects} reconnects", file=sys.stderr)
    handle.shutdown()


main()
