# SPDX-License-Identifier: MIT
"""A server with several exports, which serves one client at a time.

Tests derive a class that behaves worse.  server.connections is the number of
connections so far, server.options has the options that came.
"""

from __future__ import annotations

import socket
import struct
import subprocess

import nbd_server

EXPORT_NAME, LIST, INFO, LIST_CONTEXTS = 1, 3, 6, 9
SERVER, UNKNOWN_EXPORT = 2, 0x80000006
SIZE = 1 << 20


class Connection(nbd_server.Connection):
    """Replies to options as the attributes of its server say."""

    def option(self) -> bool:
        server = self.server
        assert isinstance(server, Server)
        option: int
        _, option, length = struct.unpack(">QII", self.receive(16))
        data = self.receive(length)
        server.options.append(option)
        if option in server.hangs_up_on:
            raise nbd_server.Gone
        if option in (INFO, nbd_server.GO):
            end = int.from_bytes(data[:4])
            return self.go(server, option, data[4 : 4 + end].decode())
        if option == LIST:
            for name in server.names:
                text = name.encode()
                word = struct.pack(">I", len(text)) + text
                self.answer(option, SERVER, word)
        elif option == LIST_CONTEXTS:
            context = struct.pack(">I", 1) + b"base:allocation"
            self.answer(option, nbd_server.META_CONTEXT, context)
        elif option == nbd_server.STRUCTURED_REPLY:
            self.structured = True
        else:
            self.answer(option, nbd_server.UNSUPPORTED)
            return False
        self.answer(option, nbd_server.ACK)
        return False

    def go(self, server: Server, option: int, name: str) -> bool:
        if option == INFO and not server.tells:
            self.answer(option, nbd_server.UNSUPPORTED)
            return False
        if name in server.bad or name not in server.names:
            self.answer(option, UNKNOWN_EXPORT)
            return False
        size = SIZE if option == nbd_server.GO else server.told_size
        export = struct.pack(">HQH", 0, size, server.flags)
        self.answer(option, nbd_server.INFO, export)
        self.answer(option, nbd_server.ACK)
        return option == nbd_server.GO


class Server(nbd_server.Server):
    """Serves one client after the other, at most MOST of them."""

    names = ["a", "b", "c"]
    bad: tuple[str, ...] = ()  # listed exports that do not exist
    tells = True  # whether it knows INFO
    told_size = SIZE  # the size in replies to INFO
    hangs_up_on: tuple[int, ...] = ()  # at these options
    most = 1000
    connection = Connection

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.connections = 0
        self.options: list[int] = []

    def accept(self) -> None:
        while self.connections < self.most:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.connections == self.most:
                self.full()
            self.connection(self, client).serve()

    def full(self) -> None:
        """Called when the last client is there.  The kernel still accepts
        connections, but nobody serves them."""

    def info(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = "info/nbdinfo", *options, str(self.path)
        run = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=200
        )
        print(*command, run.returncode, run.stdout, run.stderr, sep="\n")
        return run


class Closing(Server):
    """Refuses connections when it has had MOST of them."""

    def full(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
