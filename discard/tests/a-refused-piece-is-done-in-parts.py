#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A request that is too large for the server is sent again in smaller parts."""

from __future__ import annotations

import socket
import struct
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

SIZE = 1 << 30
LIMIT = 256 << 20
EOVERFLOW = 75
HAS_FLAGS_AND_TRIM = 1 | 32
CMD_DISC, CMD_TRIM = 2, 4


class Server(threading.Thread):
    """Serves one connection with the oldest handshake, and trims up to LIMIT."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.done: list[tuple[int, int]] = []

    def run(self) -> None:
        with self.listener, self.listener.accept()[0] as s:
            magics = b"NBDMAGIC", 0x0000420281861253
            s.sendall(struct.pack(">8sQQII", *magics, SIZE, HAS_FLAGS_AND_TRIM, 0))
            s.sendall(bytes(120))
            stream = s.makefile("rb")
            while request := stream.read(28):
                _, _, kind, cookie, at, count = struct.unpack(">IHHQQI", request)
                if kind == CMD_DISC:
                    break
                assert kind == CMD_TRIM
                error = EOVERFLOW if count > LIMIT else 0
                if not error:
                    self.done.append((at, count))
                s.sendall(struct.pack(">IIQ", 0x67446698, error, cookie))


class Test(unittest.TestCase):
    def test_a_refused_piece_is_done_in_parts(self) -> None:
        with tempfile.TemporaryDirectory(prefix="causeway-") as directory:
            path = Path(directory, "socket")
            server = Server(path)
            server.start()
            uri = f"nbd+unix:///?socket={path}"
            done = subprocess.run(["discard/nbddiscard", "--yes", uri])
            server.join()
        self.assertEqual(done.returncode, 0)
        at = 0
        for offset, count in sorted(server.done):
            self.assertEqual(offset, at)
            at += count
        self.assertEqual(at, SIZE)


if __name__ == "__main__":
    unittest.main()
