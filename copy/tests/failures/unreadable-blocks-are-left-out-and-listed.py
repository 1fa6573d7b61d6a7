#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""With --on-read-error all blocks are copied except those that cannot be read.

At the destination these become zeroes, or stay as they are.  The list has exactly
these blocks, and --map tries them again.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from subprocess import DEVNULL, PIPE

import nbd_server

KIB, MIB = 1 << 10, 1 << 20
SIZE = 2 * MIB
Ranges = list[tuple[int, int]]

# Offsets and lengths: several in one request, and one over two requests.
SCATTERED = [(7 * 512, 512), (9 * 512, 1024), (100 * KIB, 8 * KIB)]
ACROSS = [(512 * KIB - 1536, 4096)]
FIRST_AND_LAST = [(0, 512), (SIZE - 512, 512)]


class Server(nbd_server.Server):
    """A disk with bad ranges."""

    def __init__(self, bad: Ranges, size: int = SIZE) -> None:
        super().__init__(size)
        self.bad = bad
        self.disk[:] = os.urandom(len(self.disk))

    def read(self, offset: int, count: int) -> bytes:
        if any(a < offset + count and offset < a + n for a, n in self.bad):
            raise nbd_server.Refused(errno.EIO, "the surface is scratched")
        return super().read(offset, count)


class Leaving(nbd_server.Connection):
    """The first connection ends after a bad block was found."""

    def command(self) -> bool:
        going = super().command()
        tried = any(n == 512 for _, _, n in self.server.asked("read"))
        return going and not (tried and len(self.server.conversations) == 1)


class Forgetful(Server):
    """A destination that dies once, and loses what was not flushed."""

    block_sizes = 4096, 4096, 32 * MIB

    def __init__(self) -> None:
        super().__init__([])
        self.durable = bytes(self.disk)
        self.died = False
        server = self

        class Dying(nbd_server.Connection):
            def command(self) -> bool:
                with server.lock:
                    written = sum(1 for name, *_ in server.log if name == "write")
                # All chunks but one were written.
                if written < SIZE // (64 * KIB) - 1 or server.died:
                    return super().command()
                server.died = True
                server.disk[:] = server.durable
                return False

        self.connection = Dying

    def flush(self) -> None:
        self.durable = bytes(self.disk)


class Stuck(Server):
    """The read behind the second bad block does not end before the test allows
    it."""

    def __init__(self, bad: Ranges) -> None:
        super().__init__(bad)
        self.stuck, self.on = threading.Event(), threading.Event()

    def read(self, offset: int, count: int) -> bytes:
        if offset == 2560:
            self.stuck.set()
            self.on.wait(60)
        return super().read(offset, count)


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.out, self.list = self.directory / "out", self.directory / "list"

    def copy(self, *command: str | Path, status: int = 1) -> str:
        done = subprocess.run(
            ["copy/nbdcopy", *command],
            stderr=PIPE,
            timeout=100,
            text=True,
        )
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def listed(self) -> Ranges:
        extents = json.loads(self.list.read_text())
        return [(e["offset"], e["length"]) for e in extents]

    def expected(self, server: Server, old: bytes | None = None) -> bytes:
        disk = bytearray(server.disk)
        for at, n in server.bad:
            disk[at : at + n] = old[at : at + n] if old else bytes(n)
        return bytes(disk)

    def check(self, server: Server, *options: str, to: str | Path = "") -> str:
        told = self.copy(
            *options, f"--bad-ranges={self.list}", server.uri, to or self.out
        )
        self.assertEqual(self.listed(), server.bad)
        total = sum(n for _, n in server.bad)
        ranges = f"{len(server.bad)} range{'s' if len(server.bad) > 1 else ''}"
        self.assertIn(f"{total} bytes in {ranges} could not be read and", told)
        return told

    def test_exactly_what_is_bad(self) -> None:
        for bad in SCATTERED, ACROSS, FIRST_AND_LAST, [(MIB, 512 * KIB)]:
            for options in ((), ("--synchronous",), ("--request-size=4096",)):
                with self.subTest(bad=bad, options=options), Server(bad) as server:
                    self.check(server, "--on-read-error=zero", *options)
                    self.assertEqual(self.out.read_bytes(), self.expected(server))

    def test_blocks_of_4096_bytes(self) -> None:
        bad = [(0, 4096), (64 * KIB, 12 * KIB), (SIZE - 4096, 4096)]
        with Server(bad) as server:
            server.block_sizes = 4096, 4096, 32 * MIB
            self.check(server, "--on-read-error=zero")
            self.assertEqual(self.out.read_bytes(), self.expected(server))
            self.assertTrue(all(n % 4096 == 0 for _, _, n in server.asked("read")))

    def test_windows_of_the_source(self) -> None:
        bad = [(MIB + 512, 512)]
        with Server(bad) as server:
            window = f"--offset={MIB - 300}", f"--length={64 * KIB}"
            self.check(server, "--on-read-error=zero", *window)
            part = self.expected(server)[MIB - 300 :][: 64 * KIB]
            self.assertEqual(self.out.read_bytes(), part)

    def test_old_content_of_a_file(self) -> None:
        old = os.urandom(SIZE)
        for word, kept in ("zero", None), ("skip", old):
            with self.subTest(word), Server(SCATTERED + ACROSS) as server:
                self.out.write_bytes(old + b"longer than the source")
                self.check(server, f"--on-read-error={word}", "--verify")
                self.assertEqual(self.out.read_bytes(), self.expected(server, kept))

    def test_old_content_of_a_server(self) -> None:
        for word in "zero", "skip":
            for minimum in 1, 4096:
                with Server(SCATTERED + ACROSS) as server, Server([]) as to:
                    to.block_sizes = minimum, 4096, 32 * MIB
                    old = bytes(to.disk) if word == "skip" else None
                    option = f"--on-read-error={word}"
                    self.check(server, option, "--verify", to=to.uri)
                    self.assertEqual(bytes(to.disk), self.expected(server, old))

    def test_a_stream_as_destination(self) -> None:
        with Server(SCATTERED) as server:
            told = self.copy("--on-read-error=skip", server.uri, "-", status=1)
            self.assertIn("is a stream", told)
            command = f'copy/nbdcopy --on-read-error=zero "{server.uri}" - | cat'
            done = subprocess.run(["sh", "-c", command], stdout=PIPE, stderr=DEVNULL)
            self.assertEqual(done.stdout, self.expected(server))

    def test_trying_again_with_the_list_as_map(self) -> None:
        with Server(SCATTERED + ACROSS) as server:
            self.check(server, "--on-read-error=skip")
            server.bad = server.bad[1:2]
            again = self.directory / "again"
            self.list.rename(again)
            self.check(server, "--on-read-error=skip", f"--map={again}")
            self.list.rename(again)
            server.bad = []
            server.log.clear()
            options = "--on-read-error=zero", f"--bad-ranges={self.list}"
            self.copy(*options, f"--map={again}", server.uri, self.out, status=0)
            reads = [(at, n) for _, at, n in server.asked("read")]
            self.assertEqual(reads, [(4608, 1024)])
            self.assertEqual(self.listed(), [])
            self.assertEqual(self.out.read_bytes(), server.disk)
            # An empty list is a map of nothing.
            server.log.clear()
            self.copy(f"--map={self.list}", server.uri, self.out, status=0)
            self.assertEqual(server.asked("read"), [])

    def test_all_is_unreadable(self) -> None:
        with Server([(0, SIZE)]) as server:
            told = self.check(server, "--on-read-error=skip", "--connections=1")
            self.assertEqual(self.out.read_bytes(), bytes(SIZE))
            self.assertIn("read at offset 0 failed: ", told)
            self.assertIn("the surface is scratched", told)
            # One read for each block, and few that halve a request.
            self.assertLess(len(server.asked("read")), SIZE // 512 * 1.1)

    def test_one_bad_block_takes_few_reads(self) -> None:
        with Server([(SIZE // 3 // 512 * 512, 512)]) as server:
            self.check(server, "--on-read-error=skip")
            self.assertLess(len(server.asked("read")), SIZE // (256 * KIB) + 25)

    def test_few_messages(self) -> None:
        bad = [(64 * KIB * i, 512) for i in range(30)]
        with Server(bad) as server:
            told = self.check(server, "--on-read-error=zero")
            self.assertEqual(told.count("the surface is scratched"), 5, told)
            self.assertEqual(told.count("more such errors"), 1, told)
            self.assertIn(f"{server.uri}: read at offset ", told)

    def test_nothing_is_bad(self) -> None:
        with Server([]) as server:
            options = "--on-read-error=skip", f"--bad-ranges={self.list}"
            told = self.copy(*options, server.uri, self.out, status=0)
            self.assertEqual((told, self.listed()), ("", []))

    def test_failing_is_the_default(self) -> None:
        for options in (), ("--on-read-error=fail",):
            with Server(SCATTERED) as server:
                told = self.copy(*options, server.uri, self.out)
                self.assertEqual(told.count("\n"), 1, told)

    def test_progress_reaches_its_end_once(self) -> None:
        for word in "zero", "skip":
            with Server(SCATTERED) as server, open(self.directory / "p", "w+") as p:
                for form, last in ("", "100/100"), ("json:", '"incomplete"'):
                    p.truncate(0)
                    p.seek(0)
                    command = (
                        *("copy/nbdcopy", f"--on-read-error={word}", "--verify"),
                        *(f"--progress={form}{p.fileno()}", server.uri, self.out),
                    )
                    done = subprocess.run(
                        command, pass_fds=[p.fileno()], stderr=DEVNULL
                    )
                    self.assertEqual(done.returncode, 1)
                    p.seek(0)
                    lines = p.read().splitlines()
                    self.assertEqual([last in line for line in lines].count(True), 1)
                    self.assertIn(last, lines[-1])
                record = json.loads(lines[-1])
                self.assertEqual(record["percent"], 100)
                self.assertEqual(record["unreadable"], sum(n for _, n in SCATTERED))
                done = record["copied"] + record["zeroes"] + record["skipped"]
                self.assertEqual(done, SIZE)

    def test_block_hashes(self) -> None:
        with Server(SCATTERED) as server, Server([]) as zeroes:
            zeroes.disk[:] = self.expected(server)
            hashes = []
            for uri in server.uri, zeroes.uri:
                command = "copy/nbdcopy", "--blkhash", "--on-read-error=zero", uri
                done = subprocess.run([*command, "null:"], stdout=PIPE, stderr=DEVNULL)
                hashes.append(done.stdout)
            self.assertEqual(*hashes)
            told = self.copy("--blkhash", "--on-read-error=skip", server.uri, self.out)
            self.assertIn("--on-read-error=skip", told)
            self.assertFalse(self.out.exists())

    def test_resuming_tries_them_again(self) -> None:
        journal = self.directory / "journal"
        options = "--on-read-error=zero", f"--resume={journal}"
        with Server(SCATTERED) as server:
            self.check(server, *options)
            server.bad = SCATTERED[:1]
            server.log.clear()
            self.check(server, *options)
            self.assertLess(sum(n for _, _, n in server.asked("read")), 100 * KIB)
            server.bad = []
            self.copy(*options, server.uri, self.out, status=0)
            self.assertEqual(self.out.read_bytes(), server.disk)
            self.assertFalse(journal.exists())

    def test_lost_connections(self) -> None:
        for options, whole in ((), False), (("--retry=5",), True):
            with Server(SCATTERED) as server:
                server.connection = Leaving
                if whole:
                    one = "--connections=1", "--on-read-error=skip"
                    self.check(server, *one, *options)
                    self.assertEqual(self.out.read_bytes(), self.expected(server))
                    continue
                option = "--connections=1", f"--bad-ranges={self.list}"
                told = self.copy(*option, "--on-read-error=skip", server.uri, self.out)
                self.assertIn("the server closed the connection", told)
                # The list is not whole, so it is not accepted as a map.
                told = self.copy(f"--map={self.list}", server.uri, self.out)
                self.assertIn("expected", told)

    def test_a_destination_that_was_lost(self) -> None:
        for word in "zero", "skip":
            with Server(SCATTERED + ACROSS) as server, Forgetful() as to:
                old = to.durable if word == "skip" else None
                options = f"--on-read-error={word}", "--retry=5", "--verify"
                sizes = "--connections=1", "--sparse=0", "--request-size=65536"
                told = self.check(server, *options, *sizes, to=to.uri)
                self.assertIn("is open again", told)
                self.assertEqual(bytes(to.disk), self.expected(server, old))

    def test_an_interrupted_copy_leaves_what_it_found(self) -> None:
        with Stuck([(512, 512), (2048, 512)]) as server:
            command = (
                *("copy/nbdcopy", "--connections=1", "--on-read-error=zero"),
                *(f"--bad-ranges={self.list}", server.uri, self.out),
            )
            with subprocess.Popen(command, stderr=PIPE, text=True) as run:
                self.assertTrue(server.stuck.wait(60))
                run.send_signal(signal.SIGINT)
                told = run.communicate(timeout=60)[1]
            server.on.set()
            self.assertEqual(run.returncode, -signal.SIGINT, told)
            self.assertIn("1024 bytes in 2 ranges could not be read so far", told)
            self.assertNotIn("]", self.list.read_text())
            self.list.write_text(self.list.read_text() + "]")
            self.assertEqual(self.listed(), server.bad)

    def test_the_list_is_nothing_else(self) -> None:
        with Server([]) as server:
            same = self.directory / "map"
            same.write_text("[ ]")
            option = "--on-read-error=zero", f"--bad-ranges={same}"
            told = self.copy(*option, f"--map={same}", server.uri, self.out)
            self.assertIn("--map", told)
            self.assertEqual(same.read_text(), "[ ]")
            told = self.copy(*option, server.uri, same)
            self.assertIn("also the destination", told)
            told = self.copy(option[1], server.uri, self.out)
            self.assertIn("it needs --on-read-error", told)
            told = self.copy("--on-read-error=x", server.uri, self.out)
            self.assertIn("fail, zero and skip", told)
            self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main()
