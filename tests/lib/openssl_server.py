# SPDX-License-Identifier: MIT
"""A TLS server with OpenSSL, which decides what it sends together."""

from __future__ import annotations

import socket
import ssl
import struct
from pathlib import Path

import nbd_server

STARTTLS = 5


class Server(nbd_server.Server):
    """What all connections of the server share."""

    together = False  # send session tickets with the first reply

    def __init__(self, size: int, directory: Path) -> None:
        super().__init__(size)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        files = directory / "server-cert.pem", directory / "server-key.pem"
        self.context.load_cert_chain(*files)
        self.context.load_verify_locations(directory / "ca-cert.pem")


class Connection(nbd_server.Connection):
    """One connection.  OpenSSL works with buffers, not with the socket."""

    server: Server

    def __init__(self, server: nbd_server.Server, client: socket.socket) -> None:
        super().__init__(server, client)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = self.server.context
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.encrypted = False

    def flush(self) -> None:
        self.client.sendall(self.outgoing.read())

    def refill(self) -> None:
        some = self.client.recv(65536)
        if not some:
            raise nbd_server.Gone
        self.incoming.write(some)

    def receive(self, count: int) -> bytes:
        if not self.encrypted:
            return super().receive(count)
        data = b""
        while len(data) < count:
            try:
                data += self.tls.read(count - len(data))
            except ssl.SSLWantReadError:
                self.refill()
        return data

    def send(self, form: str, *values: object, payload: bytes = b"") -> None:
        if self.encrypted:
            self.tls.write(struct.pack(form, *values) + payload)
            self.flush()
        else:
            super().send(form, *values, payload=payload)

    def shake_hands(self) -> None:
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.flush()
                self.refill()
            except ssl.SSLError:
                self.flush()  # sends the alert
                raise nbd_server.Gone
        self.encrypted = True
        if not self.server.together:
            self.flush()

    def option(self) -> bool:
        if self.encrypted:
            return super().option()
        _, option, _ = struct.unpack(">QII", self.receive(16))
        assert option == STARTTLS
        self.answer(option, nbd_server.ACK)
        self.shake_hands()
        return False


Server.connection = Connection
