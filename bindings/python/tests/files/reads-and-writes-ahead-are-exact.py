# SPDX-License-Identifier: MIT
"""However much is in flight, a file contains what was written to it."""

import errno
import os
import random
import threading

import nbd
import support
from nbd_server import Refused, Server

SIZE = 1 << 20


class Strict(Server):
    """Refuses requests that violate its block sizes."""

    def __init__(self, block: int) -> None:
        super().__init__(SIZE)
        self.block = block
        if block > 1:
            self.block_sizes = block, max(block, 4096), 1 << 16

    def check(self, offset: int, count: int) -> None:
        if self.block > 1 and (
            offset % self.block or count % self.block or count > 1 << 16
        ):
            raise Refused(errno.EINVAL, "not aligned or too long")

    def read(self, offset: int, count: int) -> bytes:
        self.check(offset, count)
        return super().read(offset, count)

    def write(self, offset: int, data: bytes) -> None:
        self.check(offset, len(data))
        super().write(offset, data)


class Test(support.Case):
    def play(self, file: nbd.File, disk: bytearray, chance: random.Random) -> None:
        """Read and write at random places, and sequentially."""
        at = 0
        for _ in range(200):
            count = chance.choice([1, 511, 4096, 50000, chance.randrange(400000)])
            if chance.random() < 0.3:
                at = chance.choice([chance.randrange(SIZE + 9), 0, max(0, at - 9999)])
                self.assertEqual(file.seek(at), at)
            if chance.random() < 0.3:
                data = chance.randbytes(min(count, max(SIZE - at, 0)))
                if at > SIZE:
                    continue
                memory = bytearray(data)
                file.write(memory)
                memory[:] = bytes(len(data))
                disk[at : at + len(data)] = data
            elif chance.random() < 0.5:
                data = file.read(count)
            else:
                memory = bytearray(count)
                data = bytes(memory[: file.readinto(memory)])
                memory.append(0)  # nothing uses the memory
            self.assertEqual(data, disk[at : at + len(data)])
            self.assertTrue(len(data) == count or at + len(data) >= SIZE)
            at += len(data)
            self.assertEqual(file.tell(), at)

    def test_at_random(self) -> None:
        chance = random.Random(17)
        for block in 1, 512, 4096:
            with self.subTest(block=block), Strict(block) as server:
                disk = bytearray(os.urandom(SIZE))
                server.disk[:] = disk
                limit = chance.choice([0, 1 << 19, 8 << 20])
                with nbd.open(server.uri, "r+b", read_ahead=limit) as file:
                    self.play(file, disk, chance)
                    file.seek(0)
                    self.assertEqual(file.readall(), disk)
                self.assertEqual(server.disk, disk)

    def test_the_end(self) -> None:
        with Strict(512) as server, nbd.open(server.uri, "r+b") as file:
            self.assertEqual(file.seek(-3, os.SEEK_END), SIZE - 3)
            self.assertEqual(file.write(b"end"), 3)
            with self.assertRaisesRegex(OSError, f"whose size is {SIZE}") as caught:
                file.write(b"x")
            self.assertEqual(caught.exception.errno, errno.ENOSPC)
            self.assertEqual(file.read(), b"")
            file.seek(-3, os.SEEK_CUR)
            self.assertEqual(file.read(10), b"end")
            file.seek(1 << 40)
            self.assertEqual((file.read(1), file.readinto(bytearray(9))), (b"", 0))
            for offset, whence in (-1, os.SEEK_SET), (-SIZE - 1, os.SEEK_END):
                self.assertRaises(OSError, file.seek, offset, whence)
            self.assertRaises(ValueError, file.seek, 0, 17)

    def test_reading_ahead(self) -> None:
        """Sequential reads have reads ahead in flight; others do not."""
        with Strict(1) as server:
            with nbd.open(server.uri) as file:
                for at in 500000, 9, 70000:
                    file.seek(at)
                    file.read(100)
                self.assertEqual([n for _, _, n in server.asked("read")], [100] * 3)
                file.read(100)
            self.assertGreater(sum(n for _, _, n in server.asked("read")), 100000)

    def test_threads(self) -> None:
        """Each thread reads one contiguous part of the disk, and no part is read
        twice."""
        with Strict(1) as server:
            for at in range(0, SIZE, 4096):
                server.disk[at : at + 4096] = (at >> 12).to_bytes(2, "big") * 2048
            seen: list[bytes] = []
            with nbd.open(server.uri) as file:

                def read() -> None:
                    while data := file.read(4096):
                        seen.append(data)

                threads = [threading.Thread(target=read) for _ in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            self.assertEqual(b"".join(sorted(seen)), server.disk)

    def test_holes(self) -> None:
        class Holes(Server):
            def status(self, offset: int, count: int) -> list[tuple[int, int]]:
                if offset < 5000:
                    return [(5000 - offset, 0), (95000, 3)]
                return [(min(count, 100000 - offset % 100000), 3 * (offset < 200000))]

        with Holes(SIZE) as server, nbd.open(server.uri, "r+b") as file:
            data, hole = os.SEEK_DATA, os.SEEK_HOLE
            self.assertEqual(file.seek(10, data), 10)
            self.assertEqual(file.seek(10, hole), 5000)
            self.assertEqual(file.seek(5000, data), 200000)
            self.assertEqual(file.seek(200000, hole), SIZE)
            self.assertEqual(file.seek(4999, hole), 5000)
            file.write(b"x")
            self.assertEqual(file.seek(5000, hole), 5000)
            for offset in -1, SIZE:
                with self.assertRaises(OSError) as caught:
                    file.seek(offset, data)
                self.assertEqual(caught.exception.errno, errno.ENXIO)
            self.assertEqual(file.tell(), 5000)
            with nbd.open(server.uri, contexts=()) as other:
                self.assertEqual(other.seek(6000, data), 6000)
                self.assertEqual(other.seek(6000, hole), SIZE)


support.main()
