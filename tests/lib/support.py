# SPDX-License-Identifier: MIT
"""What the tests of the Python module share.

Each test is a program with one class of test methods for one behaviour.  It
exits with 0 or 1, or with 77 if something that it needs is missing.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, Callable

import nbd

SIZE = 1 << 20
SKIPPED = 77


def skip(reason: str) -> None:
    """End the whole test, because it cannot be run here."""
    print(f"SKIP: {reason}")
    sys.exit(SKIPPED)


def requires(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            skip(f"{program} is not installed")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter of its own."""
    return subprocess.run([sys.executable, "-c", code], text=True, capture_output=True)


class Case(unittest.TestCase):
    """A test case with a handle that is not connected yet, and a directory."""

    def setUp(self) -> None:
        self.h = nbd.NBD()
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.tmp = Path(directory.name)

    def serve(self, *arguments: str) -> None:
        """Connect the handle to an nbdkit of its own."""
        self.h.connect_command(["nbdkit", "-s", "--exit-with-parent", *arguments])

    def finish(self) -> None:
        """Drive the handle until no command is in flight."""
        while self.h.aio_in_flight() > 0:
            self.h.poll(-1)

    def fails(self, name: str | None, call: Callable[..., object], *args: Any) -> None:
        """The call raises nbd.Error with this errno."""
        with self.assertRaises(nbd.Error) as caught:
            call(*args)
        self.assertEqual(caught.exception.errno, name)


class Server(threading.Thread):
    """A server in a thread of this process: it runs only while calls let it.

    It speaks the oldest handshake, and replies to reads with bytes 'x'.  While
    the gate is not set, it sends no reply.
    """

    def __init__(self, accepted: socket.socket | None = None) -> None:
        super().__init__(daemon=True)
        if accepted is None:
            accepted, theirs = socket.socketpair()
            self.client = theirs.detach()
        self.ours = accepted
        self.gate = threading.Event()
        self.gate.set()
        self.requests = threading.Semaphore(0)
        self.start()

    def run(self) -> None:
        with contextlib.suppress(ConnectionError):
            self.talk()

    def talk(self) -> None:
        hello = struct.pack(">8sQQI", b"NBDMAGIC", 0x00420281861253, SIZE, 1)
        with self.ours:
            self.ours.sendall(hello + bytes(124))
            while len(request := self.ours.recv(28, socket.MSG_WAITALL)) == 28:
                _, _, kind, cookie, _, length = struct.unpack(">IHHQQI", request)
                if kind == 2:
                    return
                self.requests.release()
                self.gate.wait()
                reply = struct.pack(">IIQ", 0x67446698, 0, cookie)
                self.ours.sendall(reply + (b"x" * length if kind == 0 else b""))


class Unraisable:
    """Collects what sys.unraisablehook gets while this is open."""

    def __enter__(self) -> list[BaseException | None]:
        self.seen: list[BaseException | None] = []
        self.hook = sys.unraisablehook
        sys.unraisablehook = lambda what: self.seen.append(what.exc_value)
        return self.seen

    def __exit__(self, *_: object) -> None:
        sys.unraisablehook = self.hook


def main() -> None:
    """Run the tests of the calling program, with a time limit."""
    faulthandler.dump_traceback_later(600, exit=True)
    os.environ.pop("LIBNBD_DEBUG", None)
    program = unittest.main(exit=False, verbosity=0)
    gc.collect()
    result = program.result
    if not result.wasSuccessful() or result.testsRun == 0:
        sys.exit(1)
    if result.skipped and len(result.skipped) == result.testsRun:
        skip(result.skipped[0][1])
