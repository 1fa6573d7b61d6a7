#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If a program gets a signal that it handles, such as that of a timer, while it
waits for the server, its reads and flushes still succeed."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import unittest
from collections.abc import Callable

from mounting import Mount

import nbd_server
from nbd_server import FLUSH, READ

SIZE = 1 << 20
SIGNALS = 1000
libc = ctypes.CDLL(None, use_errno=True)


class Connection(nbd_server.Connection):
    """Tells of a request, and answers it when the test allows that."""

    def do(
        self, kind: int, flags: int, cookie: int, offset: int, count: int, data: bytes
    ) -> None:
        server = self.server
        assert isinstance(server, Server)
        if kind in (READ, FLUSH):
            server.requested.set()
            server.may_answer.wait()
        super().do(kind, flags, cookie, offset, count, data)


class Server(nbd_server.Server):
    connection = Connection

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.requested, self.may_answer = threading.Event(), threading.Event()


def with_signals(server: Server, call: Callable[[], int]) -> int:
    """Call a function of libc while signals come, and return its result.  Python's
    own functions would call it again after a signal."""
    waiting = threading.get_ident()

    def interrupt() -> None:
        server.requested.wait()
        for _ in range(SIGNALS):
            signal.pthread_kill(waiting, signal.SIGALRM)
        server.may_answer.set()

    server.requested.clear()
    server.may_answer.clear()
    thread = threading.Thread(target=interrupt)
    thread.start()
    result = call()
    thread.join()
    return result


class Test(unittest.TestCase):
    def test_signals(self) -> None:
        signal.signal(signal.SIGALRM, lambda number, frame: None)
        signal.siginterrupt(signal.SIGALRM, True)
        with Server() as server, Mount(server.uri) as mount:
            self.assertTrue(mount.start("-o", "direct_io"), mount.said())
            file = os.open(mount.path / "nbd", os.O_RDWR)
            buffer = ctypes.create_string_buffer(4096)
            got = with_signals(server, lambda: int(libc.pread(file, buffer, 4096, 0)))
            self.assertEqual(got, 4096)
            os.pwrite(file, b"x", 0)
            self.assertEqual(with_signals(server, lambda: int(libc.fsync(file))), 0)
            os.close(file)
            self.assertEqual(mount.unmount(), 0)


if __name__ == "__main__":
    unittest.main()
