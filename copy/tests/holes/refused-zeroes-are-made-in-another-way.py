#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whatever a server refuses, and in whatever order, zeroes arrive and nbdcopy ends.

Fast zeroes, zeroes, discarding and the map are refused in all combinations,
for requests from 512 bytes to 32 MiB.  No request is sent again after it was
refused.
"""

from __future__ import annotations

import errno
import itertools
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import nbd_server

SIZE = 1 << 20
WAYS = "fast", "zero", "trim", "status"
# The size of nbdcopy's requests, and the server's maximum (0: none).
REQUESTS = (4096, 512), (4096, 0), (32768, 0), (1 << 18, 32768), (32 << 20, 0)


class Server(nbd_server.Server):
    """Refuses some ways, each of them after it was used a number of times."""

    def __init__(self, refused: tuple[str, ...], after: int, most: int) -> None:
        super().__init__(SIZE)
        self.refused, self.left = refused, dict.fromkeys(WAYS, after)
        self.block_sizes = (1, most, most) if most else None
        self.disk[:] = b"\xaa" * SIZE

    def judge(self, way: str) -> None:
        if way in self.refused and self.left[way] <= 0:
            raise nbd_server.Refused(errno.ENOTSUP, f"{way} is not possible")
        self.left[way] -= 1

    def zero(self, offset: int, count: int, flags: int) -> None:
        self.judge("fast" if flags & nbd_server.FAST_ZERO else "zero")
        super().zero(offset, count, flags)

    def trim(self, offset: int, count: int) -> None:
        self.judge("trim")
        super().trim(offset, count)

    def status(self, offset: int, count: int) -> list[tuple[int, int]]:
        self.judge("status")
        return [(count, nbd_server.HOLE_AND_ZERO)]


class Discarding(Server):
    """Cannot write zeroes, and discards all but a few ranges."""

    flags = nbd_server.ALL & ~(nbd_server.CAN_ZERO | nbd_server.CAN_FAST_ZERO)

    def trim(self, offset: int, count: int) -> None:
        if offset >> 16 in (9, 10, 14):
            raise nbd_server.Refused(errno.EIO, "not here")
        super().trim(offset, count)


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.disk = Path(directory.name, "disk")
        # Data with zeroes of several sizes in it, and a hole of half the size.
        data = b"".join(
            os.urandom(8192) + bytes(8192 * (i % 8 + 1)) for i in range(9)
        ).ljust(SIZE // 2, b"\x55")
        with open(self.disk, "wb") as file:
            file.write(data)
            file.truncate(SIZE)

    def copy(
        self, refused: tuple[str, ...], after: int, request: int, most: int
    ) -> None:
        with Server(refused, after, most) as server:
            command = ["copy/nbdcopy", "-C", "1", f"--request-size={request}"]
            subprocess.run([*command, self.disk, server.uri], check=True, timeout=60)
            self.assertEqual(server.disk, self.disk.read_bytes())
            asked = server.asked("zero")
        if not after:
            self.assertEqual(len(asked), len(set(asked)))

    def test_all_combinations(self) -> None:
        for n in range(len(WAYS) + 1):
            for refused in itertools.combinations(WAYS, n):
                for request, most in REQUESTS:
                    with self.subTest(refused=refused, request=request, most=most):
                        self.copy(refused, 0, request, most)

    def test_a_range_that_cannot_be_discarded(self) -> None:
        with Discarding((), 0, 0) as server:
            command = "copy/nbdcopy", "--request-size=64K", self.disk, server.uri
            subprocess.run(command, check=True, timeout=60)
            self.assertEqual(server.disk, self.disk.read_bytes())
            behind = [at >> 16 for _, at, _ in server.asked("write") if at >= SIZE // 2]
            self.assertEqual(sorted(behind), [9, 10, 14])

    def test_after_a_while(self) -> None:
        for refused in ("fast", "zero"), ("zero",), ("zero", "trim"), WAYS:
            for request, most in REQUESTS:
                with self.subTest(refused=refused, request=request, most=most):
                    self.copy(refused, 3, request, most)


if __name__ == "__main__":
    unittest.main()
