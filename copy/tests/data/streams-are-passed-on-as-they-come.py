#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If a program writes slowly, each piece arrives before it writes the next one.

This holds for servers, also those that want whole blocks, and for pipes.  The
data is there after an interruption, and the copy is the same as that of a fast
stream.  Since a stream cannot be read again, a lost connection ends the copy.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import tempfile
import unittest

import nbd_server

SIZE = 1 << 22
PIECES = [os.urandom(n) for n in (5, 512, 4096, 100, 65536, 300000, 1, 7777)]


class Server(nbd_server.Server):
    """Puts each write into a queue for the test."""

    def __init__(self, minimum: int = 1) -> None:
        super().__init__(SIZE)
        self.block_sizes = minimum, 4096, 1 << 25
        self.written: queue.Queue[tuple[int, int]] = queue.Queue()

    def write(self, offset: int, data: bytes) -> None:
        super().write(offset, data)
        self.written.put((offset, len(data)))

    def wait_for(self, end: int) -> None:
        while sum(self.written.get(timeout=60)) < end:
            pass


class Closing(nbd_server.Connection):
    """Closes when the fourth command comes."""

    def command(self) -> bool:
        return len(self.server.log) < 3 and super().command()


class Test(unittest.TestCase):
    def start(self, *command: str) -> subprocess.Popen[bytes]:
        run = subprocess.Popen(
            ["copy/nbdcopy", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(run.kill)
        return run

    def feed(self, run: subprocess.Popen[bytes], server: Server) -> bytes:
        """Write each piece when the one before has arrived."""
        assert run.stdin
        sent = b""
        for piece in PIECES:
            run.stdin.write(piece)
            run.stdin.flush()
            sent += piece
            server.wait_for(len(sent))
            self.assertEqual(server.disk[: len(sent)], sent)
        return sent

    def test_servers(self) -> None:
        for minimum in 1, 512, 4096:
            for options in "", "--verify --sparse=512", "--synchronous":
                with self.subTest(minimum=minimum, options=options):
                    with Server(minimum) as server:
                        run = self.start(*options.split(), "-", server.uri)
                        sent = self.feed(run, server)
                        _, told = run.communicate(timeout=60)
                        self.assertEqual((run.returncode, told), (0, b""))
                        self.assertEqual(server.disk[: len(sent)], sent)

    def test_interruption(self) -> None:
        with Server() as server:
            run = self.start("-", server.uri)
            sent = self.feed(run, server)
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=60)
            self.assertEqual(server.disk[: len(sent)], sent)

    def test_pipes(self) -> None:
        run = self.start("-", "-")
        assert run.stdin and run.stdout
        for piece in PIECES[:5]:
            run.stdin.write(piece)
            run.stdin.flush()
            self.assertEqual(run.stdout.read(len(piece)), piece)
        run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0)

    def test_block_hash(self) -> None:
        with tempfile.NamedTemporaryFile() as file, Server() as server:
            file.write(b"".join(PIECES))
            file.flush()
            command = ["copy/nbdcopy", "--blkhash=md5", file.name, "null:"]
            want = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            run = self.start("--blkhash=md5", "-", server.uri)
            self.feed(run, server)
            self.assertEqual(run.communicate(timeout=60)[0], want.stdout)

    def test_what_was_lost_is_not_read_again(self) -> None:
        with Server() as server:
            server.connection = Closing
            run = self.start("--retry=5", "-", server.uri)
            _, told = run.communicate(os.urandom(SIZE), timeout=60)
            self.assertEqual(run.returncode, 1)
            self.assertIn(b"write at offset", told)

    def test_fast_streams_make_full_requests(self) -> None:
        with Server() as server:
            run = self.start("-", server.uri)
            run.communicate(b"x" * SIZE, timeout=60)
            self.assertEqual(run.returncode, 0)
            self.assertLess(len(server.asked("write")), 2 * SIZE >> 18)


if __name__ == "__main__":
    unittest.main()
