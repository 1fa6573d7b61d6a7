#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Change numbers in both copies of a disk's GPT, and update the checksums.

usage: gpt_disk.py FILE NAME=VALUE...

With entry_size= or count=, the entries are laid out again.  Tests import this
module, too.
"""

from __future__ import annotations

import struct
import sys
import zlib
from typing import BinaryIO, Dict

SECTOR = 512
NAMES = (
    "signature revision size crc reserved own alternate first_usable "
    "last_usable guid entries count entry_size entries_crc"
).split()
HEADER = struct.Struct("<8sIIIIQQQQ16sQIII")


class Copy:
    """One copy of a GPT."""

    def __init__(self, disk: BinaryIO, sector: int) -> None:
        self.disk, self.sector = disk, sector
        disk.seek(sector * SECTOR)
        values = HEADER.unpack(disk.read(HEADER.size))
        self.header: Dict[str, int] = dict(zip(NAMES, values))
        disk.seek(self.header["entries"] * SECTOR)
        self.array = disk.read(self.header["count"] * self.header["entry_size"])

    def lay_out(self, count: int, entry_size: int) -> None:
        """Change the number and the size of the entries."""
        old = self.header["entry_size"]
        parts = [self.array[i : i + old] for i in range(0, len(self.array), old)]
        self.array = b"".join(p.ljust(entry_size, b"\0") for p in parts[:count])
        self.header.update(count=count, entry_size=entry_size)

    def sums(self) -> None:
        """Update the checksums."""
        self.header["entries_crc"] = zlib.crc32(self.array)
        self.header["crc"] = 0
        self.header["crc"] = zlib.crc32(HEADER.pack(*self.header.values()))

    def write(self, entries: int) -> None:
        """Write this copy, with its array in this sector."""
        self.disk.seek(self.sector * SECTOR)
        self.disk.write(HEADER.pack(*self.header.values()))
        self.disk.seek(entries * SECTOR)
        self.disk.write(self.array)


def main() -> None:
    """Make the changes of the command line."""
    changes = {n: int(v) for n, v in (a.split("=") for a in sys.argv[2:])}
    with open(sys.argv[1], "r+b") as disk:
        primary = Copy(disk, 1)
        for copy in primary, Copy(disk, primary.header["alternate"]):
            if "entry_size" in changes:
                copy.lay_out(changes["count"], changes["entry_size"])
            place = copy.header["entries"]
            copy.header.update(changes)
            copy.sums()
            copy.write(place)


if __name__ == "__main__":
    main()
