#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""nbdcopy copies from a server that it starts, to a file, and to another one.

This needs no library with URIs and no other project's server, so scripts/elsewhere
runs this test on other systems.
"""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from nbd_server import Server

SIZE = 3 * 1024 * 1024 + 512
FIRST_ACTIVATED_FD = 3


def content() -> bytes:
    """Data, zeroes and data."""
    data = random.Random(SIZE).randbytes(SIZE // 3)
    return data + bytes(SIZE - 2 * len(data)) + data


def run(server: Server) -> None:
    """Serve on the socket that nbdcopy has passed, until killed."""
    server.directory.cleanup()
    server.listener = socket.socket(fileno=FIRST_ACTIVATED_FD)
    server.accept()


def serve() -> None:
    """Serve a disk with content()."""
    server = Server(SIZE)
    server.disk[:] = content()
    run(server)


def store(path: Path) -> None:
    """Serve an empty disk, which each flush writes to a file."""

    class Stored(Server):
        def flush(self) -> None:
            path.write_bytes(self.disk)

    run(Stored(SIZE))


def copy(*arguments: str) -> None:
    subprocess.run(["copy/nbdcopy", "--flush", *arguments], check=True)


def main() -> None:
    us = sys.executable, __file__
    with tempfile.TemporaryDirectory(prefix="causeway-") as directory:
        here, there = Path(directory, "here"), Path(directory, "there")
        copy("[", *us, "serve", "]", str(here))
        assert here.read_bytes() == content()
        copy(str(here), "[", *us, "store", str(there), "]")
        assert there.read_bytes() == content()


if sys.argv[1:] == ["serve"]:
    serve()
elif sys.argv[1:2] == ["store"]:
    store(Path(sys.argv[2]))
else:
    main()
