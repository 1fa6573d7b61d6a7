#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server that breaks the protocol ends the copy, with a message and status 1.

The rows have the numbers of the matrix of malformed servers.  Each server is a
source and, where that is possible, a destination.  After the bytes of a row the
server continues normally.  If the copy succeeds its content must be right.
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Callable, Optional

import nbd_server

SIZE = 1 << 20
BYTES = bytes(range(1, 129)) * (SIZE // 128)

Answer = Callable[[bytes, int, int], bytes]


def option(number: int, kind: int, length: int, payload: bytes = b"") -> bytes:
    reply = nbd_server.OPTION_REPLY, number, kind, length
    return struct.pack(">QIII", *reply) + payload


def info(size: int, flags: int) -> bytes:
    return option(7, 3, 12, struct.pack(">HQH", 0, size, flags))


def chunk(
    flags: int, kind: int, length: int, payload: bytes = b"", cookie: int = 0
) -> Answer:
    def answer(own: bytes, offset: int, count: int) -> bytes:
        named = struct.pack(">Q", cookie) if cookie else own
        head = struct.pack(">IHH", nbd_server.CHUNK, flags, kind)
        return head + named + struct.pack(">I", length) + payload

    return answer


def data(start: int, count: int, flags: int = 1) -> Answer:
    """Data or, with a negative count, a hole, relative to the request."""

    def answer(own: bytes, offset: int, length: int) -> bytes:
        at = struct.pack(">Q", (offset + start) & (1 << 64) - 1)
        if count < 0:
            return chunk(flags, 2, 12, at + struct.pack(">I", -count))(own, 0, 0)
        return chunk(flags, 1, 8 + count, at + bytes(count))(own, 0, 0)

    return answer


def join(*answers: Answer) -> Answer:
    return lambda own, at, count: b"".join(a(own, at, count) for a in answers)


def simple(error: int, payload: bytes = b"", magic: int = 0x67446698) -> Answer:
    return lambda own, at, n: struct.pack(">II", magic, error) + own + payload


def extents(*words: int, context: int = 1) -> Answer:
    payload = struct.pack(f">{len(words) + 1}I", context, *words)
    return chunk(1, 5, len(payload), payload)


DONE = chunk(1, 0, 0)
# These do not answer the command, so the server closes the connection.
UNANSWERED = "R03", "S28", "B09"
GREETINGS = {
    "H03": b"NBDM",
    "H04": struct.pack(">QQH", 0x4E42444D41474944, 0x49484156454F5054, 3),
    "H05": b"NBDMAGIC" + bytes(8),
    "H06": b"\x1b[2J220 mail.example.org ESMTP\x07\r\n",
    "H09": b"NBDMAGIC" + struct.pack(">QQI", 0x420281861253, SIZE, 0) + bytes(124),
    "H10": b"NBDMAGIC" + struct.pack(">QQ", 0x420281861253, SIZE),
}
OPTIONS = {
    "O01": (8, struct.pack(">QIII", 0x3E889045565AA, 8, 1, 0)),
    "O02": (8, option(7, 1, 0)),
    "O03": (8, option(8, 1, 0xFFFFFFFF)),
    "O04": (8, option(8, 1, 4, b"abcd")),
    "O05": (8, option(8, 5, 0)),
    "O07": (8, option(8, 0x80000002, 4097, bytes(4097))),
    "O10": (7, option(7, 0x80000007, 0)),
    "I02": (7, option(7, 1, 0)),
    "I03": (7, option(7, 3, 11, bytes(11)) + option(7, 1, 0)),
    "I04": (7, option(7, 3, 1, b"x") + option(7, 1, 0)),
    "I06": (7, option(7, 3, 0x7FFFFFFF, b"\xff\xff")),
    "I07": (7, info(SIZE, 0) + option(7, 1, 0)),
    "I08": (7, info(SIZE, 1) + info(2 * SIZE, 1) + option(7, 1, 0)),
    "I10": (7, info((1 << 64) - 1, 1) + option(7, 1, 0)),
    "I18": (7, info(SIZE, 1) + option(7, 3, 13, b"\0\3" + bytes(11))),
    "I23": (7, info(SIZE, 1) + option(7, 0x80000006, 0)),
    "I24": (7, info(SIZE, 1) + option(7, 1, 0) + bytes(124)),
    "M01": (10, option(10, 4, 3, b"abc") + option(10, 1, 0)),
    "M02": (10, option(10, 4, 4, bytes(4)) + option(10, 1, 0)),
}
READS = {
    "R01": simple(0, magic=0),
    "R02": simple(0, magic=0x96744668),
    "R03": lambda own, at, n: struct.pack(">IIQ", 0x67446698, 0, 99),
    "R07": simple(2),
    "R08": simple(108),
    "R10": lambda own, at, n: simple(0, bytes(n))(own, at, n),
    "S01": chunk(1, 3, 0),
    "S02": chunk(1, 0x80FF, 6, bytes.fromhex("000000050000")),
    "S03": chunk(1, 0x80FF, 6, bytes.fromhex("000000050001")),
    "S05": chunk(1, 1, 8, bytes(8)),
    "S06": chunk(1, 1, 7, bytes(7)),
    "S07": chunk(1, 1, 0xFFFFFFFF),
    "S08": data(-1, 1),
    "S09": data(-8 - SIZE, 16),
    "S10": join(data(0, 4097, 0), data(4096, 4096)),
    "S11": join(data(0, 4096, 0), data(0, -4096)),
    "S12": join(data(0, 4096, 0), DONE),
    "S13": chunk(1, 2, 11, bytes(11)),
    "S14": data(0, -0xFFFFFFFF),
    "S18": chunk(1, 5, 12, bytes(12)),
    "S19": chunk(1, 0x8001, 6, bytes(6)),
    "S20": chunk(1, 0x8001, 5, bytes(5)),
    "S21": chunk(1, 0x8001, 6, bytes.fromhex("00000005000a")),
    "S24": chunk(1, 0x8002, 14, bytes.fromhex("000000050000") + b"\xff" * 8),
    "S28": chunk(1, 1, 16, bytes(16), cookie=99),
    "S33": lambda own, at, n: struct.pack(">IHH", 0x6E8A278C, 1, 1) + own + bytes(16),
    "S04": DONE,
}
WRITES = {
    "S04": chunk(1, 0, 4, bytes(4)),
    "S17": chunk(1, 1, 9, bytes(9)),
    "R03": lambda own, at, n: struct.pack(">IIQ", 0x67446698, 0, 99),
    "R07": simple(0xFFFFFFFF),
    "R08": simple(108),
}
# Errors in a map need not end the copy.
STATUSES = {
    "B01": extents(SIZE, 0, context=99),
    "B02": join(extents(SIZE, 0), extents(SIZE, 3)),
    "B03": DONE,
    "B04": chunk(1, 5, 11, bytes(11)),
    "B05": extents(0, 3, SIZE, 3),
    "B07": extents(0xFFFFFFF0, 0),
    "B08": extents(*[0xFFFFFFFF, 0] * 10000),
    "B09": chunk(1, 5, 64 << 20),
    "B10": extents(SIZE, 0xFFFFFFFD),
    "B11": extents(512, 0),
    "R11": simple(0),
}


class Hostile(nbd_server.Connection):
    """Sends the bytes of a row in place of one answer."""

    greeting: Optional[bytes] = None
    row: dict[int, bytes] = {}
    command_row: dict[int, Answer] = {}

    def serve(self) -> None:
        if self.greeting is None:
            super().serve()
            return
        with self.client:
            self.client.sendall(self.greeting)

    def answer(self, option: int, kind: int, payload: bytes = b"") -> None:
        if option not in self.row:
            super().answer(option, kind, payload)
        elif kind == nbd_server.ACK:
            self.client.sendall(self.row[option])

    def do(
        self, kind: int, flags: int, cookie: int, offset: int, count: int, data: bytes
    ) -> None:
        if kind in self.command_row:
            own = struct.pack(">Q", cookie)
            self.client.sendall(self.command_row[kind](own, offset, count))
            if type(self).__name__ in UNANSWERED:
                raise nbd_server.Gone
        else:
            super().do(kind, flags, cookie, offset, count, data)


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.out = Path(directory.name, "out")
        self.disk = Path(directory.name, "disk")
        self.disk.write_bytes(BYTES)

    def copy(self, hostile: type[Hostile], source: bool, fails: bool) -> None:
        with nbd_server.Server(SIZE) as server:
            server.connection = hostile
            server.disk[:] = BYTES
            disk = self.out if source else self.disk
            words = [server.uri, str(disk)] if source else [str(disk), server.uri]
            command = ["copy/nbdcopy", "--progress=1", *words]
            run = subprocess.run(command, capture_output=True, timeout=60)
        told = run.stderr.decode()
        if run.returncode == 0 and not fails:
            self.assertEqual(self.out.read_bytes(), BYTES)
            return
        self.assertEqual(run.returncode, 1, told)
        self.assertRegex(told, "^nbdcopy: ")
        self.assertTrue(told.isprintable() or "\x1b" not in told, told)
        self.assertNotIn(b"100/100", run.stdout)

    def test_greetings(self) -> None:
        for name, sent in GREETINGS.items():
            hostile = type(name, (Hostile,), {"greeting": sent})
            for source in True, False:
                with self.subTest(row=name, source=source):
                    self.copy(hostile, source, True)

    def test_options(self) -> None:
        for name, (number, sent) in OPTIONS.items():
            hostile = type(name, (Hostile,), {"row": {number: sent}})
            for source in True, False:
                with self.subTest(row=name, source=source):
                    self.copy(hostile, source, True)

    def commands(self, kind: int, rows: dict[str, Answer], fails: bool) -> None:
        for name, answer in rows.items():
            hostile = type(name, (Hostile,), {"command_row": {kind: answer}})
            with self.subTest(row=name):
                self.copy(hostile, kind != nbd_server.WRITE, fails)

    def test_reads(self) -> None:
        self.commands(nbd_server.READ, READS, True)

    def test_writes(self) -> None:
        self.commands(nbd_server.WRITE, WRITES, True)

    def test_block_status(self) -> None:
        self.commands(nbd_server.STATUS, STATUSES, False)


if __name__ == "__main__":
    os.environ.pop("LIBNBD_DEBUG", None)
    unittest.main()
