#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""With --retry, if a server accepts a connection and sends nothing, nbdcopy gives
up that connection after some seconds and tries again, at the beginning and after
a connection was lost."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import cast

import nbd_server

SIZE = 1 << 20


class Connection(nbd_server.Connection):
    def serve(self) -> None:
        server = cast(Server, self.server)
        self.number = len(server.served)
        server.served.append(self)
        if self.number not in server.silent:
            super().serve()
            return
        with self.client:
            while self.client.recv(4096):
                pass

    def command(self) -> bool:
        server = cast(Server, self.server)
        if self.number == 0 and len(server.asked("read")) == 1:
            raise nbd_server.Gone  # with what is in flight
        return super().command()


class Server(nbd_server.Server):
    connection = Connection

    def __init__(self, silent: int) -> None:
        super().__init__(SIZE)
        self.disk[:] = b"\xaa\x55" * (SIZE // 2)
        self.served: list[Connection] = []
        self.silent = {silent}


class Test(unittest.TestCase):
    def copy(self, silent: int, retry: int) -> str:
        with Server(silent) as server, tempfile.TemporaryDirectory() as directory:
            copy = Path(directory, "copy")
            words = [f"--retry={retry}", "--connections=1", server.uri, str(copy)]
            done = subprocess.run(
                ["copy/nbdcopy", *words], stderr=subprocess.PIPE, text=True
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(copy.read_bytes(), bytes(server.disk))
            return done.stderr

    def test_first_attempt(self) -> None:
        text = self.copy(0, 10)
        self.assertIn(
            "there is no connection yet (the server was silent for 5 s: ",
            text,
        )

    def test_lost_connection(self) -> None:
        text = self.copy(1, 10)
        self.assertIn("is open again", text)


if __name__ == "__main__":
    unittest.main()
