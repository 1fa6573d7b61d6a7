#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If block status fails for a part of the source, that part is read as data.

Queries continue behind it.  Only after many failures in a row, with no answer in
between, no more queries are sent.
"""

from __future__ import annotations

import errno
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import nbd_server

MIB, TIB = 1 << 20, 1 << 40


HOLE = 2


class Connection(nbd_server.Connection):
    """Answers reads of a disk that is too large for memory with holes."""

    def do(
        self, kind: int, flags: int, cookie: int, offset: int, count: int, data: bytes
    ) -> None:
        if kind == nbd_server.READ and not self.server.disk:
            self.chunk(cookie, HOLE, struct.pack(">QI", offset, count))
        else:
            super().do(kind, flags, cookie, offset, count, data)


class Server(nbd_server.Server):
    """A thin disk with data in some ranges; block status fails in bad ranges."""

    connection = Connection
    bad: list[tuple[int, int]] = []
    data: list[tuple[int, int]] = []

    def status(self, offset: int, count: int) -> list[tuple[int, int]]:
        end = offset + count
        if any(a < end and offset < b for a, b in self.bad):
            raise nbd_server.Refused(errno.EIO, "this cannot be told")
        edges = sorted(
            {offset, end, *(x for r in self.data for x in r if offset < x < end)}
        )
        return [
            (b - a, 0 if any(x <= a < y for x, y in self.data) else 3)
            for a, b in zip(edges, edges[1:])
        ]


class Test(unittest.TestCase):
    def copy(self, server: Server, to: str, *options: str) -> str:
        command = ["copy/nbdcopy", *options, server.uri, to]
        done = subprocess.run(
            command, check=True, timeout=100, stderr=subprocess.PIPE, text=True
        )
        return done.stderr

    def read(self, server: Server) -> int:
        return sum(count for _, _, count in server.asked("read"))

    def different(self, server: Server) -> int:
        return len(set(server.asked("status")))

    def test_one_range_of_a_thin_disk(self) -> None:
        with Server(TIB) as server:
            bad = TIB // 3, TIB // 3 + 40 * MIB
            server.bad, server.data = [bad], [(TIB // 2, TIB // 2 + MIB)]
            told = self.copy(server, "null:")
            self.assertLess(self.read(server), 150 * MIB)
            self.assertGreater(self.read(server), 39 * MIB)
            # A query is for less than 4 GiB.
            self.assertLess(len(server.asked("status")), 300)
        self.assertEqual(told.count("block status at offset"), 1, told)
        self.assertNotIn("the rest", told)

    def test_several_ranges_keep_their_content(self) -> None:
        size = 224 * MIB
        with Server(size) as server, tempfile.TemporaryDirectory() as directory:
            server.bad = [(a * MIB, (a + 2) * MIB) for a in (0, 70, 129, 222)]
            server.data = [(a * MIB, (a + 1) * MIB) for a in (1, 71, 100, 223)]
            for i, (a, b) in enumerate(server.data):
                server.disk[a:b] = bytes([i + 1]) * MIB
            for to in "out", "stream":
                copy = Path(directory, to)
                if to == "out":
                    self.copy(server, str(copy))
                else:
                    with open(copy, "ab") as file:
                        command = "copy/nbdcopy", server.uri, "-"
                        subprocess.run(command, stdout=file, check=True)
                with open(copy, "rb") as file:
                    self.assertEqual(server.disk, file.read())

    def test_a_server_that_can_tell_nothing(self) -> None:
        size = 200 * MIB
        with Server(size) as server:
            server.bad = [(0, size)]
            told = self.copy(server, "null:", "--request-size=1M")
            self.assertEqual(self.read(server), size)
            self.assertLess(len(server.asked("status")), 40)
            self.assertEqual(len(server.asked("status")), self.different(server))
        self.assertIn("block status at offset ", told)

    def test_one_that_can_tell_nothing_of_a_large_disk(self) -> None:
        with Server(TIB) as server:
            server.bad = [(0, TIB)]
            command = "copy/nbdcopy", "--request-size=32M", server.uri, "null:"
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
                assert run.stderr
                while "the rest without a map" not in run.stderr.readline():
                    self.assertIsNone(run.poll())
                run.kill()
            self.assertLess(len(server.asked("status")), 80)
            # At most the queries that were in flight when one failed are sent again.
            repeated = len(server.asked("status")) - self.different(server)
            self.assertLess(repeated, 8)


if __name__ == "__main__":
    unittest.main()
