#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""While a server does not answer the request for its exports, one signal ends
nbdfuse, whether a handle has one connection or may have several."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import threading
import unittest

from mounting import NBDFUSE, TIMEOUT

import nbd_server
from nbd_server import LIST


class Connection(nbd_server.Connection):
    def answer(self, option: int, kind: int, payload: bytes = b"") -> None:
        server = self.server
        assert isinstance(server, Server)
        if option == LIST:
            server.has_question.set()
            server.ends.wait()
        super().answer(option, kind, payload)


class Server(nbd_server.Server):
    connection = Connection

    def __init__(self) -> None:
        super().__init__(1 << 20)
        self.has_question, self.ends = threading.Event(), threading.Event()


class Test(unittest.TestCase):
    def test_signals(self) -> None:
        for connections in "1", "4":
            with self.subTest(connections), Server() as server:
                with tempfile.TemporaryDirectory(prefix="causeway-") as directory:
                    words = ["--exports", "-C", connections, directory, server.uri]
                    nbdfuse = subprocess.Popen([str(NBDFUSE), *words])
                    self.assertTrue(server.has_question.wait(TIMEOUT))
                    nbdfuse.send_signal(signal.SIGTERM)
                    self.assertEqual(nbdfuse.wait(TIMEOUT), -signal.SIGTERM)
                    server.ends.set()


if __name__ == "__main__":
    unittest.main()
