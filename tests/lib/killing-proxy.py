#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Forward bytes between clients and a server, and kill a client in the middle.

usage: killing-proxy.py SERVER PLAN

The listening socket comes by systemd's socket activation, see listen.py.
SERVER is the path of a Unix socket.  PLAN is a file with a number, which is
read when a process connects that is not the one of the connection before.
When so many bytes have passed in both directions, over all of the process's
connections, it gets SIGKILL.  If the number is negative, it does not.  The
kernel tells which process has the other end of a socket.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import struct
import sys

FIRST_ACTIVATED_FD = 3
CHUNK = 16384
CREDENTIALS = struct.Struct("3i")


class Proxy:
    """All connections, and how many bytes are left until the client is
    killed."""

    def __init__(self, server: str, plan: str) -> None:
        self.server, self.plan = server, plan
        self.selector = selectors.DefaultSelector()
        self.peers: dict[socket.socket, socket.socket] = {}
        self.pid = 0
        self.left = -1

    def accept(self, listener: socket.socket) -> None:
        """Connect a client to the server."""
        client, _ = listener.accept()
        peer = client.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size
        )
        pid = CREDENTIALS.unpack(peer)[0]
        if pid != self.pid:
            self.pid = pid
            with open(self.plan, encoding="ascii") as file:
                self.left = int(file.read())
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.server)
        self.peers.update({client: server, server: client})
        self.selector.register(client, selectors.EVENT_READ)
        self.selector.register(server, selectors.EVENT_READ)

    def forward(self, source: socket.socket) -> None:
        """Forward what has arrived.  If one side has ended, close both."""
        target = self.peers[source]
        try:
            data = source.recv(CHUNK)
            target.sendall(self.within(data))
        except ConnectionError:
            data = b""
        if not data:
            for sock in source, target:
                self.selector.unregister(sock)
                sock.close()
                del self.peers[sock]

    def within(self, data: bytes) -> bytes:
        """Count the bytes, and kill the client when its number is reached.
        Return the bytes up to there."""
        if self.left < 0:
            return data
        data, self.left = data[: self.left], self.left - len(data)
        if self.left <= 0:
            os.kill(self.pid, signal.SIGKILL)
            self.left = -1
        return data

    def run(self, listener: socket.socket) -> None:
        """Serve forever."""
        self.selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                assert isinstance(key.fileobj, socket.socket)
                if key.fileobj is listener:
                    self.accept(listener)
                elif key.fileobj in self.peers:
                    self.forward(key.fileobj)


Proxy(*sys.argv[1:]).run(socket.socket(fileno=FIRST_ACTIVATED_FD))
