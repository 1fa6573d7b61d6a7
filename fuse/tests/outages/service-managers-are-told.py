#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Service managers are told of readiness, outages, their end, and the end of
nbdfuse, by datagrams to the socket that NOTIFY_SOCKET names.  A server that
nbdfuse starts does not get that variable."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import unittest
from pathlib import Path

from mounting import TIMEOUT, Mount

import nbd_server

ENVIRONMENT = "import os, sys; open(sys.argv[1], 'w').write(str(dict(os.environ)))"


class Server(nbd_server.Server):
    """Can end all its connections."""

    def __init__(self) -> None:
        super().__init__(1 << 20)
        self.clients: list[socket.socket] = []
        self.connection = self.connect  # type: ignore[assignment]

    def connect(
        self, server: nbd_server.Server, client: socket.socket
    ) -> nbd_server.Connection:
        self.clients.append(client)
        return nbd_server.Connection(server, client)

    def hang_up(self) -> None:
        for client in self.clients:
            client.shutdown(socket.SHUT_RDWR)
        self.clients.clear()


class Manager:
    """Receives messages as a service manager does."""

    def __init__(self, name: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(TIMEOUT)
        self.socket.bind(name)
        os.environ["NOTIFY_SOCKET"] = name.replace("\0", "@")

    def hears(self) -> dict[str, str]:
        lines = self.socket.recv(65536).decode().splitlines()
        return dict(line.split("=", 1) for line in lines)


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def tearDown(self) -> None:
        os.environ.pop("NOTIFY_SOCKET", None)

    def test_outage(self) -> None:
        for name in str(self.directory / "notify"), f"\0causeway-{os.getpid()}":
            with self.subTest(name), Server() as server:
                manager = Manager(name)
                with Mount(server.uri) as mount:
                    self.assertTrue(mount.start("--reconnect-timeout=5m"))
                    ready = {"READY": "1", "STATUS": "serving nbd"}
                    self.assertEqual(manager.hears(), ready)
                    server.hang_up()
                    self.assertRegex(manager.hears()["STATUS"], "^nbd: .* was lost")
                    self.assertEqual((mount.path / "nbd").read_bytes()[:1], b"\0")
                    self.assertEqual(manager.hears()["STATUS"], "serving nbd")
                    self.assertEqual(mount.unmount(), 0)
                    self.assertEqual(manager.hears()["STOPPING"], "1")
                manager.socket.close()

    def test_end(self) -> None:
        manager = Manager(str(self.directory / "notify"))
        with Server() as server, Mount(server.uri) as mount:
            self.assertTrue(mount.start("-C", "1"))
            manager.hears()
            server.hang_up()
            self.assertRegex(manager.hears()["STATUS"], "^nbd: the server has gone")

    def test_children(self) -> None:
        Manager(str(self.directory / "notify"))
        seen = self.directory / "environment"
        with Mount("[", sys.executable, "-c", ENVIRONMENT, str(seen), "]") as mount:
            self.assertFalse(mount.start())
            mount.process.wait(TIMEOUT)
        self.assertIn("LISTEN_FDS", seen.read_text())
        self.assertNotIn("NOTIFY_SOCKET", seen.read_text())

    def test_nobody(self) -> None:
        for name in "/nowhere/notify", "nonsense", "@", "/" + 200 * "x", "":
            with self.subTest(name), Server() as server:
                os.environ["NOTIFY_SOCKET"] = name
                with Mount(server.uri) as mount:
                    self.assertTrue(mount.start(), mount.said())
                    self.assertEqual(mount.unmount(), 0)


if __name__ == "__main__":
    unittest.main()
