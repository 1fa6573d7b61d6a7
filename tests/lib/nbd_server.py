# SPDX-License-Identifier: MIT
"""A server in Python whose replies are decided by the test.

A test derives a class from Server, overrides the methods of the commands that
matter, and raises Refused if the server has to refuse a command:

    class Full(Server):
        def write(self, offset: int, data: bytes) -> None:
            raise Refused(errno.ENOSPC, "the disk is full")

    with Full(1 << 20) as server:
        subprocess.run(["copy/nbdcopy", "disk.img", server.uri])

Each connection has a thread, and carries out one command at a time.  The
commands so far are in server.log, and the options of each connection in
server.conversations.
"""

from __future__ import annotations

import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import Collection, Iterable, Optional, Self, Sequence

GREETING = 0x49484156454F5054
OPTION_REPLY = 0x0003E889045565A9
SIMPLE_REPLY, CHUNK = 0x67446698, 0x668E33EF
LIST, GO, STRUCTURED_REPLY, SET_META_CONTEXT = 3, 7, 8, 10
EXTENDED_HEADERS = 11
ACK, SERVER, INFO, META_CONTEXT, UNSUPPORTED = 1, 2, 3, 4, 0x80000001
READ, WRITE, DISCONNECT, FLUSH, TRIM, ZERO, STATUS = 0, 1, 2, 3, 4, 6, 7
NONE, DATA, EXTENTS, ERROR = 0, 1, 5, 0x8001
NAMES = {
    READ: "read",
    WRITE: "write",
    FLUSH: "flush",
    TRIM: "trim",
    ZERO: "zero",
    STATUS: "status",
}
NO_HOLE, FAST_ZERO = 1 << 1, 1 << 4

# Transmission flags.
HAS_FLAGS, READ_ONLY, CAN_FLUSH, CAN_TRIM = 1 << 0, 1 << 1, 1 << 2, 1 << 5
CAN_ZERO, CAN_DF, MULTI_CONN, CAN_FAST_ZERO = 1 << 6, 1 << 7, 1 << 8, 1 << 11
ALL = HAS_FLAGS | CAN_FLUSH | CAN_TRIM | CAN_ZERO | CAN_DF | MULTI_CONN | CAN_FAST_ZERO

# States of an extent.
HOLE_AND_ZERO, ALLOCATED = 3, 0


class Refused(Exception):
    """A command fails with this error, and this text if there is one."""

    def __init__(self, error: int, text: str = "") -> None:
        super().__init__(error, text)
        self.error, self.text = error, text


class Gone(Exception):
    """The connection is over: the client or the server has closed it."""


class Connection:
    """One connection: receives requests and replies to them."""

    def __init__(self, server: Server, client: socket.socket) -> None:
        self.server, self.client = server, client
        self.structured = False
        self.options: list[int] = []
        server.conversations.append(self.options)

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            some = self.client.recv(count - len(data))
            if not some:
                raise Gone
            data += some
        return data

    def send(self, form: str, *values: object, payload: bytes = b"") -> None:
        self.client.sendall(struct.pack(form, *values) + payload)

    def serve(self) -> None:
        with self.client:
            try:
                self.send(">8sQH", b"NBDMAGIC", GREETING, 3)
                self.receive(4)
                while not self.option():
                    pass
                while self.command():
                    pass
            except (Gone, ConnectionError):
                pass

    # ---- options ----

    def answer(self, option: int, kind: int, payload: bytes = b"") -> None:
        values = OPTION_REPLY, option, kind, len(payload)
        self.send(">QIII", *values, payload=payload)

    def option(self) -> bool:
        """Reply to one option.  Returns True if it was the last one."""
        option: int
        _, option, length = struct.unpack(">QII", self.receive(16))
        self.receive(length)
        self.options.append(option)
        if option in self.server.hangs_up_on:
            raise Gone
        if option == GO:
            server = self.server
            export = struct.pack(">HQH", 0, server.size, server.flags)
            self.answer(option, INFO, export)
            if server.block_sizes:
                self.answer(option, INFO, struct.pack(">HIII", 3, *server.block_sizes))
        elif option == LIST:
            for name in self.server.exports:
                entry = struct.pack(">I", len(name)) + name.encode()
                self.answer(option, SERVER, entry)
        elif option == STRUCTURED_REPLY and self.server.structured:
            self.structured = True
        elif option == SET_META_CONTEXT:
            for number, name in enumerate(self.server.contexts, 1):
                context = struct.pack(">I", number) + name.encode()
                self.answer(option, META_CONTEXT, context)
        else:
            self.answer(option, UNSUPPORTED)
            return False
        self.answer(option, ACK)
        return option == GO

    # ---- commands ----

    def command(self) -> bool:
        """Reply to one command.  Returns False if it was the last one."""
        request = struct.unpack(">IHHQQI", self.receive(28))
        _, flags, kind, cookie, offset, count = request
        data = self.receive(count) if kind == WRITE else b""
        if kind == DISCONNECT:
            return False
        self.server.note(NAMES[kind], flags, offset, count)
        try:
            self.do(kind, flags, cookie, offset, count, data)
        except Refused as e:
            self.refuse(cookie, e)
        return True

    def refuse(self, cookie: int, e: Refused) -> None:
        if not self.structured:
            self.send(">IIQ", SIMPLE_REPLY, e.error, cookie)
            return
        text = e.text.encode()
        payload = struct.pack(">IH", e.error, len(text)) + text
        self.chunk(cookie, ERROR, payload)

    def chunk(self, cookie: int, kind: int, payload: bytes) -> None:
        self.send(">IHHQI", CHUNK, 1, kind, cookie, len(payload), payload=payload)

    def tell(self, cookie: int, offset: int, count: int) -> None:
        """Reply to a request for block status."""
        server, last = self.server, len(self.server.contexts)
        answers = [server.status_of(name, offset, count) for name in server.contexts]
        for number, extents in enumerate(answers, 1):
            words = b"".join(struct.pack(">II", *extent) for extent in extents)
            head = CHUNK, number == last, EXTENTS, cookie, 4 + len(words)
            payload = struct.pack(">I", number) + words
            self.send(">IHHQI", *head, payload=payload)

    def do(
        self, kind: int, flags: int, cookie: int, offset: int, count: int, data: bytes
    ) -> None:
        server = self.server
        if kind == STATUS:
            self.tell(cookie, offset, count)
            return
        if kind == READ:
            data = server.read(offset, count)
            if self.structured:
                self.chunk(cookie, DATA, struct.pack(">Q", offset) + data)
            else:
                self.send(">IIQ", SIMPLE_REPLY, 0, cookie, payload=data)
            return
        if kind == WRITE:
            server.write(offset, data)
        elif kind == ZERO:
            server.zero(offset, count, flags)
        elif kind == TRIM:
            server.trim(offset, count)
        else:
            server.flush()
        if self.structured:
            self.chunk(cookie, NONE, b"")
        else:
            self.send(">IIQ", SIMPLE_REPLY, 0, cookie)


class Server:
    """A disk in memory.  A disk of more than 256 MiB has no content."""

    flags = ALL
    structured = True
    hangs_up_on: Collection[int] = ()  # options
    block_sizes: Optional[tuple[int, int, int]] = None
    exports: Iterable[str] = ("",)  # listed names of the one disk
    contexts: Sequence[str] = ("base:allocation",)
    connection = Connection

    def __init__(self, size: int) -> None:
        self.size = size
        self.disk = bytearray(size if size <= 1 << 28 else 0)
        # For each command: name, flags, offset, length.
        self.log: list[tuple[str, int, int, int]] = []
        self.conversations: list[list[int]] = []
        self.lock = threading.Lock()
        self.directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.path = Path(self.directory.name, "socket")
        self.uri = f"nbd+unix:///?socket={self.path}"

    def __enter__(self) -> Self:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.directory.cleanup()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            connection = self.connection(self, client)
            threading.Thread(target=connection.serve, daemon=True).start()

    def note(self, name: str, flags: int, offset: int, count: int) -> None:
        with self.lock:
            self.log.append((name, flags, offset, count))

    def asked(self, name: str) -> list[tuple[int, int, int]]:
        """The flags, offset and length of all commands of that name so far."""
        with self.lock:
            return [(f, at, n) for command, f, at, n in self.log if command == name]

    def read(self, offset: int, count: int) -> bytes:
        return bytes(self.disk[offset : offset + count])

    def write(self, offset: int, data: bytes) -> None:
        self.disk[offset : offset + len(data)] = data

    def zero(self, offset: int, count: int, flags: int) -> None:
        self.write(offset, bytes(count))

    def trim(self, offset: int, count: int) -> None:
        self.write(offset, bytes(count))

    def status(self, offset: int, count: int) -> list[tuple[int, int]]:
        """Lengths and states of the extents from the offset on."""
        return [(count, ALLOCATED)]

    def status_of(self, context: str, offset: int, count: int) -> list[tuple[int, int]]:
        """The same for one of the metadata contexts."""
        return self.status(offset, count)

    def flush(self) -> None:
        """Make all that was written durable."""
