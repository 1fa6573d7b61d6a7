#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Data that is copied again, because the destination has lost it, is counted
once: the percentage never falls, 100 % comes once, at the end, and the bytes are
those of the disk.  During an outage the progress says which server is waited for,
and for how long."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, cast

import nbd_server

MIB = 1 << 20
SIZE = 8 * MIB
LIVES = 3


class Connection(nbd_server.Connection):
    def serve(self) -> None:
        cast(Server, self.server).opened.wait()
        super().serve()


class Server(nbd_server.Server):
    """Dies several times, and loses all that was not flushed."""

    connection = Connection

    def __init__(self, lives: int = LIVES, comes_back: bool = True) -> None:
        super().__init__(SIZE)
        self.durable = bytes(self.disk)
        self.lives, self.writes, self.comes_back = lives, 0, comes_back
        self.opened = threading.Event()
        self.opened.set()

    def write(self, offset: int, data: bytes) -> None:
        with self.lock:
            self.writes += 1
            if self.lives > 0 and self.writes == 12:
                self.die()
            super().write(offset, data)

    def die(self) -> None:
        self.lives -= 1
        self.writes = 0
        self.disk[:] = self.durable
        if not self.comes_back:
            self.opened.clear()
        raise nbd_server.Gone

    def flush(self) -> None:
        with self.lock:
            self.durable = bytes(self.disk)


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.disk = Path(directory.name, "disk")
        data = bytes(range(1, 252)) * (SIZE // 251 + 1)
        self.content = data[: SIZE // 2] + bytes(SIZE // 4) + data[: SIZE // 4]
        self.disk.write_bytes(self.content)

    def copy(self, progress: str, *options: str) -> list[str]:
        """Copy, and return the lines of the progress."""
        with Server() as server:
            # With one connection the order of writes is always the same.
            words = ["copy/nbdcopy", "-C1", "--requests=2", f"--progress={progress}"]
            words += ["--reconnect-timeout=60", "--flush", *filter(None, options)]
            done = subprocess.run(
                [*words, str(self.disk), server.uri], capture_output=True, text=True
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(server.durable, self.content)
            self.assertEqual(server.lives, 0)
            self.assertEqual(done.stderr.count("is open again"), LIVES)
            return done.stdout.splitlines()

    def test_percent(self) -> None:
        for options in ("",), ("--verify",), ("--checkpoint=1M",):
            with self.subTest(options=options):
                lines = self.copy("1", *options)
                numbers = [int(line.removesuffix("/100")) for line in lines]
                self.assertEqual(numbers, sorted(set(numbers)))
                self.assertEqual((numbers[0], numbers[-1]), (0, 100))

    def test_bytes(self) -> None:
        for options in ("",), ("--verify",):
            with self.subTest(options=options):
                last: dict[str, Any] = json.loads(self.copy("json:1", *options)[-1])
                self.assertEqual(last["status"], "complete")
                self.assertEqual(last["copied"], SIZE * 3 // 4)
                self.assertEqual(last["zeroes"], SIZE // 4)
                self.assertEqual(last["verified"], SIZE if options[0] else 0)
                self.assertGreater(last["repeated"], 0)

    def test_chunks_are_lost_in_parts(self) -> None:
        """A chunk has many parts, and some of them were acknowledged."""
        self.content = (b"x" * 4096 + bytes(4096)) * (SIZE // 8192)
        self.disk.write_bytes(self.content)
        last: dict[str, Any] = json.loads(self.copy("json:1")[-1])
        self.assertEqual((last["copied"], last["zeroes"]), (SIZE // 2, SIZE // 2))

    def start(
        self, server: Server, *options: str, **more: Any
    ) -> subprocess.Popen[Any]:
        words = ["copy/nbdcopy", "-C1", "--requests=2", "--reconnect-timeout=none"]
        return subprocess.Popen([*words, *options, str(self.disk), server.uri], **more)

    def test_waiting_is_told_to_programs(self) -> None:
        with Server(1, comes_back=False) as server:
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            with self.start(server, "--progress=json:1", text=True, **pipes) as tool:
                waited = 0.0
                assert tool.stdout is not None
                for line in tool.stdout:
                    status = json.loads(line)
                    if "waiting" in status:
                        self.assertEqual(status["waiting_for"], server.uri)
                        self.assertGreater(status["waiting"], waited)
                        waited = status["waiting"]
                        server.opened.set()
                self.assertNotEqual(waited, 0.0)
                self.assertNotIn("waiting", status)
                self.assertEqual(tool.wait(), 0)

    def test_waiting_is_shown_to_people(self) -> None:
        try:
            ours, theirs = os.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo terminals here: {error}")
        shown = b""
        with Server(1, comes_back=False) as server:
            with self.start(server, "--progress", stderr=theirs) as tool:
                os.close(theirs)
                with contextlib.suppress(OSError):  # at the end, on Linux
                    while data := os.read(ours, 4096):
                        shown += data
                        if b"waiting for the destination" in shown:
                            server.opened.set()
                self.assertEqual(tool.wait(), 0)
        os.close(ours)
        self.assertRegex(shown.decode(), r"waiting for the destination  \d:\d\d")
        self.assertEqual(len(re.findall(r"100%", shown.decode())), 1)


if __name__ == "__main__":
    unittest.main()
