# SPDX-License-Identifier: MIT
"""A server with OpenSSL, whose tickets come with its first reply or before it.

usage: openssl_tickets.py CLIENT DIRECTORY

CLIENT is the program of tests/interop, and what it trusts is in DIRECTORY, as
is what the server has.  Each way to drive a handle is tried.
"""

from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import sys
from pathlib import Path

import nbd_server

STARTTLS = 5
CLIENTS = (
    ["connect-unix {}", "read 0 4096 {}.out"],
    ["option-mode", "connect-unix {}", "fails any list", "go", "read 0 4096 {}.out"],
    ["loop-unix {}", "loop-read {}.out 64K 4"],
)


class Server(nbd_server.Server):
    """All that its connections share."""

    context: ssl.SSLContext
    together: bool


class Connection(nbd_server.Connection):
    """OpenSSL sees buffers only, so that we decide what is sent at once."""

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


def main() -> None:
    client, directory = sys.argv[1], Path(sys.argv[2])
    Server.connection = Connection
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own = directory / "server"
    context.load_cert_chain(own / "server-cert.pem", own / "server-key.pem")
    settings = ["tls require", f"tls-certificates {directory}/client"]
    settings += ["tls-hostname localhost"]
    with Server(1 << 20) as server:
        server.context = context
        for tickets in range(4):
            # Not all type checkers know the attribute.
            setattr(context, "num_tickets", tickets)
            for server.together in True, False:
                for words in CLIENTS:
                    commands = [word.format(server.path) for word in words]
                    subprocess.run([client, *settings, *commands], check=True)


if __name__ == "__main__":
    main()
