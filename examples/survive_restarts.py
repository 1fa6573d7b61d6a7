#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keep writing and reading while the server is restarted, and lose nothing.

usage: survive_restarts.py URI [ROUNDS]

Start "nbdkit -f file disk.img" in one terminal and this with nbd://localhost in
another.  Kill the server, even with SIGKILL, and start it again.  The program
overwrites the disk: each block is filled with its number and the number of times it
was written.
"""

import random
import sys
import time

import nbd

BLOCK = 4096
MINUTE = 60 * 1000  # the library counts in milliseconds


def tell(event: int, message: str, value: int) -> None:
    """The connection was lost, or is back; event and value are for counting."""
    print(message, flush=True)


class Disk:
    """An export and what was written to it."""

    def __init__(self, h: nbd.NBD) -> None:
        self.h = h
        self.blocks = min(h.get_size() // BLOCK, 1024)
        self.generation = [0] * self.blocks

    def content(self, block: int) -> bytes:
        line = f"block {block:5}, generation {self.generation[block]:12}\n"
        return line.encode().ljust(64) * (BLOCK // 64)

    def write(self, block: int) -> None:
        self.generation[block] += 1
        self.h.pwrite(self.content(block), block * BLOCK)

    def verify(self, block: int) -> None:
        if self.generation[block] == 0:
            return
        if self.h.pread(BLOCK, block * BLOCK) != self.content(block):
            sys.exit(f"survive_restarts.py: block {block} is not as written")


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    rounds = int(sys.argv[2]) if len(sys.argv) == 3 else 1000000

    with nbd.NBD() as h:
        h.set_event_callback(tell)
        h.set_connect_timeout(MINUTE)  # the server is not there yet: wait for it
        h.set_reconnect_timeout(MINUTE)  # it is gone: wait for it again
        h.connect_uri(sys.argv[1])
        disk = Disk(h)
        if disk.blocks == 0:
            sys.exit(f"survive_restarts.py: the export is smaller than {BLOCK} bytes")
        said = time.monotonic()
        for i in range(rounds):
            disk.write(random.randrange(disk.blocks))
            disk.verify(random.randrange(disk.blocks))
            if i % 256 == 0:  # until then the library keeps a copy of each write
                h.flush()
            if time.monotonic() > said + 1:
                print(f"round {i}, all is as it was written", flush=True)
                said = time.monotonic()
        again = h.stats_replayed()
        print(
            f"{rounds} rounds, {h.stats_reconnects()} reconnects,"
            f" {again} requests sent again"
        )
        h.shutdown()


if __name__ == "__main__":
    try:
        main()
    except nbd.Error as error:
        sys.exit(f"survive_restarts.py: {error}")
