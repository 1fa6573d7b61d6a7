#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A tool that a service manager has started, without a terminal and with
standard descriptors that are closed or /dev/null, continues after its connection
was lost.  Its messages reach no connection, and its exit status is right."""

from __future__ import annotations

import os
import struct
import subprocess
import unittest
from pathlib import Path

import nbd_server
from ending import SIZE, TIMEOUT, tools

REQUEST = struct.pack(">I", 0x25609513)
HEADER_SIZE = 28
OUTPUT = 1
CLOSED: tuple[tuple[int, ...], ...] = (), (0,), (1,), (2,), (0, 1, 2)
# The exit status without standard output, and with it.
STATUS = {
    "nbdinfo": (1, 0),
    "nbddump": (1, 0),
    "nbdcopy": (1, 0),
    "nbdsh": (0, 0),
    "nbddiscard": (1, 1),
    "nbdzero": (1, 1),
    "nbddiscard --yes": (0, 0),
    "nbdzero --yes": (0, 0),
}


class Server(nbd_server.Server):
    """The first request makes it close the connection."""

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.disk[:1] = b"x"
        self.strange: list[bytes] = []

    class connection(nbd_server.Connection):
        def receive(self, count: int) -> bytes:
            data = super().receive(count)
            server = self.server
            assert isinstance(server, Server)
            if count == HEADER_SIZE and not data.startswith(REQUEST):
                server.strange.append(data)
            return data

    def note(self, name: str, flags: int, offset: int, count: int) -> None:
        super().note(name, flags, offset, count)
        if len(self.log) == 1:
            raise nbd_server.Gone


def commands(uri: str) -> dict[str, list[str]]:
    """The programs themselves: a wrapper script would be opened with the number of
    a closed descriptor."""
    words = tools(uri)
    for name in "nbddiscard", "nbdzero":
        if name in words:
            words[f"{name} --yes"] = [words[name][0], "--yes", "--length=4096", uri]
    for command in words.values():
        path = Path(command[0])
        real = path.parent / ".libs" / path.name
        if not path.is_absolute() and real.exists():
            command[0] = str(real)
    return words


def run(command: list[str], closed: tuple[int, ...]) -> int:
    """Run a tool in a session of its own, and return its status."""

    def close() -> None:
        for fd in closed:
            os.close(fd)

    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=close,
        start_new_session=True,
        env={**os.environ, "LIBNBD_DEBUG": "1"},
        timeout=TIMEOUT,
        check=False,
    )
    return done.returncode


class Test(unittest.TestCase):
    def test_tools(self) -> None:
        for name in commands(""):
            for closed in CLOSED:
                with self.subTest(name, closed=closed), Server() as server:
                    uri = server.uri + "&reconnect-timeout=5m"
                    status = run(commands(uri)[name], closed)
                    self.assertEqual(status, STATUS[name][OUTPUT not in closed])
                    self.assertEqual(server.strange, [])
                    if name != "nbdcopy" or OUTPUT not in closed:
                        self.assertGreaterEqual(len(server.conversations), 2)


if __name__ == "__main__":
    unittest.main()
