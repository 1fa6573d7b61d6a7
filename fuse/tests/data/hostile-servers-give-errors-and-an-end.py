#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whatever a server answers, a program soon gets an error or a correct result,
and nbdfuse ends in order.  Names are those of the rows of
tests/protocol/matrix.txt."""

from __future__ import annotations

import errno
import os
import struct
import unittest
from typing import Callable

from mounting import Mount

import nbd_server
from nbd_server import READ, STATUS

SIZE = 1 << 20
MAGIC, SIMPLE = nbd_server.CHUNK, nbd_server.SIMPLE_REPLY
Answer = Callable[[int, int, int], bytes]


def chunk(cookie: int, kind: int, payload: bytes, flags: int = 1) -> bytes:
    head = struct.pack(">IHHQI", MAGIC, flags, kind, cookie, len(payload))
    return head + payload


def head(cookie: int, kind: int, length: int) -> bytes:
    return struct.pack(">IHHQI", MAGIC, 1, kind, cookie, length)


def simple(cookie: int, error: int) -> bytes:
    return struct.pack(">IIQ", SIMPLE, error, cookie)


def data(cookie: int, at: int, count: int, flags: int = 1) -> bytes:
    return chunk(cookie, 1, struct.pack(">Q", at) + bytes(count), flags)


def extents(cookie: int, *pairs: int, context: int = 1) -> bytes:
    words = struct.pack(f">{1 + len(pairs)}I", context, *pairs)
    return chunk(cookie, 5, words)


READS: dict[str, Answer] = {
    "nothing but the end": lambda k, at, n: b"",
    "R01": lambda k, at, n: bytes(16),
    "R03": lambda k, at, n: simple(k + 99, 0) + bytes(n),
    "R05": lambda k, at, n: simple(k, 0) + bytes(n // 2),
    "R08": lambda k, at, n: simple(k, 0x6C),
    "S01": lambda k, at, n: head(k, 3, 0),
    "S02": lambda k, at, n: chunk(k, 0x80FF, struct.pack(">IH", 5, 0)),
    "S05": lambda k, at, n: data(k, at, 0),
    "S07": lambda k, at, n: head(k, 1, 0xFFFFFFFF),
    "S08": lambda k, at, n: data(k, at + n, 2),
    "S09": lambda k, at, n: data(k, 0xFFFFFFFFFFFFFFF8, 16),
    "S10": lambda k, at, n: data(k, at, n, 0) + data(k, at + n - 1, 1),
    "S12": lambda k, at, n: data(k, at, n // 2, 0) + head(k, 0, 0),
    "S14": lambda k, at, n: chunk(k, 2, struct.pack(">QI", at, 0)),
    "S21": lambda k, at, n: chunk(k, 0x8001, struct.pack(">IH", 5, 10)),
    "S28": lambda k, at, n: data(k + 99, at, 16),
    "S33": lambda k, at, n: struct.pack(">IHHQQQ", 0x6E8A278C, 1, 1, k, at, 8),
}

STATUSES: dict[str, Answer] = {
    "nothing but the end": lambda k, at, n: b"",
    "B01": lambda k, at, n: extents(k, n, 3, context=77),
    "B02": lambda k, at, n: extents(k, n, 3)[:-8] + extents(k, n, 3),
    "B04": lambda k, at, n: chunk(k, 5, bytes(11)),
    "B05": lambda k, at, n: extents(k, 0, 3),
    "B07": lambda k, at, n: extents(k, 0xFFFFFFFF, 3),
    "B08": lambda k, at, n: extents(k, *[0xFFFFFFFF, 3] * (1 << 16)),
    "B09": lambda k, at, n: head(k, 5, 64 << 20),
    "B10": lambda k, at, n: extents(k, n, 0xFFFFFFFD),
    "B11": lambda k, at, n: extents(k, 512, 3),
    "B13": lambda k, at, n: chunk(k, 6, bytes(24)),
    "an error": lambda k, at, n: chunk(k, 0x8001, struct.pack(">IH", 22, 0)),
}


# After these the client may continue; after all others the server closes the
# connection.
LIVELY = "S02", "B05", "B07", "B08", "B10", "B11", "an error"


class Connection(nbd_server.Connection):
    def do(
        self, kind: int, flags: int, cookie: int, offset: int, count: int, data: bytes
    ) -> None:
        server = self.server
        assert isinstance(server, Server)
        if kind not in server.answers:
            super().do(kind, flags, cookie, offset, count, data)
            return
        self.client.sendall(server.answers[kind](cookie, offset, count))
        if server.leaves:
            raise nbd_server.Gone


class Server(nbd_server.Server):
    connection = Connection

    def __init__(
        self, kind: int = 0, answer: Answer | None = None, leaves: bool = True
    ) -> None:
        super().__init__(SIZE)
        self.leaves = leaves
        self.answers = {kind: answer} if answer else {}


def walk(file: int) -> None:
    """Walk over data and holes, as cp does."""
    end = 0
    while True:
        try:
            begin = os.lseek(file, end, os.SEEK_DATA)
        except OSError as error:
            assert error.errno == errno.ENXIO, error
            return
        assert end <= begin < SIZE
        end = os.lseek(file, begin, os.SEEK_HOLE)
        assert begin < end <= SIZE or begin > 0


class Test(unittest.TestCase):
    def test_reads(self) -> None:
        for name, answer in READS.items():
            leaves = name not in LIVELY
            with self.subTest(name), Server(READ, answer, leaves) as server:
                with Mount(server.uri) as mount:
                    self.assertTrue(mount.start("-C", "1"), mount.said())
                    with self.assertRaises(OSError) as context:
                        (mount.path / "nbd").read_bytes()
                    self.assertEqual(context.exception.errno, errno.EIO)
                    self.assertEqual((mount.path / "nbd").stat().st_size, SIZE)
                    self.assertEqual(mount.unmount(), 0)

    def test_statuses(self) -> None:
        for name, answer in STATUSES.items():
            leaves = name not in LIVELY
            with self.subTest(name), Server(STATUS, answer, leaves) as server:
                with Mount(server.uri) as mount:
                    self.assertTrue(mount.start("-C", "1"), mount.said())
                    file = os.open(mount.path / "nbd", os.O_RDONLY)
                    self.assertLessEqual(os.fstat(file).st_blocks, SIZE // 512)
                    walk(file)
                    os.close(file)
                    self.assertEqual(mount.unmount(), 0)

    def test_sizes(self) -> None:
        for size in 0, 1, 1000, (1 << 63) - 1, 1 << 63, (1 << 64) - 1:
            with self.subTest(size), Server() as server:
                server.size = size
                server.block_sizes = (512, 4096, 1 << 20)
                with Mount(server.uri) as mount:
                    if not mount.start("-C", "1"):
                        self.assertEqual(mount.process.wait(), 1)
                        self.assertGreaterEqual(size, (1 << 63))
                        continue
                    path = mount.path / "nbd"
                    # I30: the rest of a block cannot be reached.
                    whole = size // 512 * 512
                    self.assertEqual(path.stat().st_size, whole)
                    with path.open("rb+", buffering=0) as file:
                        self.assertEqual(len(file.read(512)), min(whole, 512))
                        if 0 < whole <= 1 << 20:
                            file.seek(0)
                            file.write(b"x")
                    self.assertEqual(mount.unmount(), 0)

    def test_block_sizes(self) -> None:
        for sizes in (
            (0, 4096, 65536),
            (3, 4096, 65536),
            (0x20000, 0x20000, 0x20000),
            (512, 256, 65536),
            (512, 4096, 0),
            (512, 4096, 512),
        ):
            with self.subTest(sizes), Server() as server:
                server.block_sizes = sizes
                server.disk[:] = os.urandom(SIZE)
                with Mount(server.uri) as mount:
                    if not mount.start("-C", "1"):
                        self.assertEqual(mount.process.wait(), 1)
                        continue
                    path = mount.path / "nbd"
                    self.assertEqual(path.read_bytes(), bytes(server.disk))
                    self.assertEqual(mount.unmount(), 0)


if __name__ == "__main__":
    unittest.main()
