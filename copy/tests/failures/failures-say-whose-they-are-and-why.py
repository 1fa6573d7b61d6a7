#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A message says whether the source or the destination failed, and has the
server's own words."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import nbd_server

SIZE = 1 << 20


class Server(nbd_server.Server):
    """Refuses one kind of command, with a message of its own."""

    refused = ""

    def judge(self, name: str) -> None:
        if name == self.refused:
            raise nbd_server.Refused(errno.EIO, f"VixDiskLib: no {name} for you")

    def read(self, offset: int, count: int) -> bytes:
        self.judge("read")
        return super().read(offset, count)

    def write(self, offset: int, data: bytes) -> None:
        self.judge("write")
        super().write(offset, data)

    def zero(self, offset: int, count: int, flags: int) -> None:
        self.judge("zero")

    def status(self, offset: int, count: int) -> list[tuple[int, int]]:
        self.judge("status")
        return super().status(offset, count)

    def flush(self) -> None:
        self.judge("flush")


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.disk = Path(directory.name, "disk")
        with open(self.disk, "wb") as file:
            file.write(os.urandom(SIZE // 2))
            file.truncate(SIZE)

    def fails(self, *command: str | Path, status: int = 1) -> str:
        done = subprocess.run(
            ["copy/nbdcopy", "--connections=1", *command],
            stderr=subprocess.PIPE,
            timeout=60,
            text=True,
        )
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_a_source(self) -> None:
        for refused, status in ("read", 1), ("status", 0):
            with Server(SIZE) as server:
                server.refused = refused
                told = self.fails(server.uri, "null:", status=status)
                name = "block status" if refused == "status" else refused
                begin = f"nbdcopy: {server.uri}: {name} at offset 0 failed: "
                self.assertTrue(told.startswith(begin), told)
                self.assertIn(f': "VixDiskLib: no {refused} for you": ', told)
                self.assertIn("Input/output error", told)
                self.assertNotIn("command failed", told)

    def test_a_destination(self) -> None:
        for refused, name in ("write", "write"), ("zero", "zeroing"):
            with Server(SIZE) as server:
                server.refused = refused
                told = self.fails(self.disk, server.uri)
                begin = rf"nbdcopy: \S+{server.path}: {name} at offset [0-9]+ failed: "
                self.assertRegex(told, begin)
                self.assertIn(f': "VixDiskLib: no {refused} for you": ', told)

    def test_what_is_done_at_once(self) -> None:
        with Server(SIZE) as server:
            server.block_sizes = 4096, 4096, 1 << 20
            server.refused = "write"
            command = "--destination-offset=1000", "--length=5000"
            told = self.fails(*command, self.disk, server.uri)
            self.assertIn(": write at offset 1000 failed: ", told)
            self.assertIn(': "VixDiskLib: no write for you": ', told)

    def test_a_flush(self) -> None:
        for option in "--flush", f"--resume={self.disk}.journal":
            with Server(SIZE) as server:
                server.refused = "flush"
                told = self.fails(option, self.disk, server.uri)
                self.assertIn(f"{server.uri}: flush failed: ", told)
                self.assertIn(': "VixDiskLib: no flush for you": ', told)
                Path(f"{self.disk}.journal").unlink(missing_ok=True)

    def test_a_connection_that_ends(self) -> None:
        with Server(SIZE) as server:
            server.connection = Closing
            told = self.fails(server.uri, "null:")
            self.assertRegex(told, rf"{server.path}: (read|block status) at offset 0")
            self.assertIn("the server closed the connection", told)

    def test_a_file(self) -> None:
        if not os.access("/dev/full", os.W_OK):
            self.skipTest("there is no /dev/full")
        told = self.fails(self.disk, "/dev/full")
        self.assertIn("nbdcopy: /dev/full: write at offset 0 failed: No space", told)


class Closing(nbd_server.Connection):
    """Closes the connection at the first command."""

    def command(self) -> bool:
        return False


if __name__ == "__main__":
    unittest.main()
