# SPDX-License-Identifier: MIT
"""A disk does what a handle does, with any number of commands in flight."""

import asyncio
import errno

import nbd
import nbd.aio
import support
from nbd_server import Refused, Server

SIZE, BLOCK = 1 << 20, 512


class Bad(Server):
    """Has a sector that cannot be read, and a map of eight parts."""

    def read(self, offset: int, count: int) -> bytes:
        if offset == SIZE // 2:
            raise Refused(errno.EIO, "bad sector")
        return super().read(offset, count)

    def status(self, offset: int, count: int) -> list[tuple[int, int]]:
        part = SIZE // 8
        return [(part - offset % part, offset // part % 2 * 3)]


class ReadOnly(Server):
    flags = Server.flags | 2


class Test(support.Case):
    async def commands(self, server: Server) -> None:
        async with nbd.aio.connect(server.uri) as disk:
            self.assertEqual((disk.size, disk.handle.get_size()), (SIZE, SIZE))
            await disk.pwrite(b"begin" * 200, 0)
            await disk.zero(100, 5)
            await disk.trim(100, 200)
            await disk.flush()
            data = await disk.pread(1000, 0)
            self.assertIsInstance(data, bytearray)
            self.assertEqual(data, server.disk[:1000])
            self.assertEqual(data[:7], b"begin\0\0")
            room = memoryview(bytearray(BLOCK + 2))[1:-1]
            await disk.pread_into(room, 500)
            self.assertEqual(room, server.disk[500 : 500 + BLOCK])
            with self.assertRaises(TypeError):
                await disk.pread(room, 500)  # type: ignore[arg-type]
            with self.assertRaisesRegex(nbd.Error, "ERANGE"):
                await disk.pread(1 << 62, 0)
        self.assertTrue(disk.closed)
        with self.assertRaises(nbd.ClosedHandle):
            await disk.pread(1, 0)
        await disk.shutdown()
        disk.close()

    def test_commands(self) -> None:
        with Server(SIZE) as server:
            asyncio.run(self.commands(server))
            asyncio.run(self.commands(server), debug=True)

    async def many(self) -> None:
        command = ["nbdkit", "-s", "--exit-with-parent", "pattern", "1M"]
        disk = await nbd.aio.connect(lambda h: h.aio_connect_command(command))
        offsets = [i * BLOCK % SIZE for i in range(10000)]
        reads = await asyncio.gather(*(disk.pread(BLOCK, i) for i in offsets))
        for i, data in zip(offsets, reads):
            self.assertEqual((data[:8], len(data)), (i.to_bytes(8, "big"), BLOCK))
        whole = await disk.pread(SIZE, 0)
        self.assertEqual(whole[-8:], (SIZE - 8).to_bytes(8, "big"))
        await disk.shutdown()

    def test_ten_thousand_at_once(self) -> None:
        support.requires("nbdkit")
        asyncio.run(self.many())

    async def errors(self, server: Server) -> None:
        async with nbd.aio.connect(server.uri) as disk:
            async with asyncio.TaskGroup() as group:
                good = group.create_task(disk.pread(BLOCK, 0))
                with self.assertRaisesRegex(nbd.Error, "bad sector") as caught:
                    await disk.pread(BLOCK, SIZE // 2)
            self.assertEqual(caught.exception.errno, "EIO")
            self.assertEqual(good.result(), bytes(BLOCK))
            with self.assertRaisesRegex(nbd.Error, "pass the end of the export"):
                await disk.pread(BLOCK, SIZE)
            with self.assertRaises(BufferError):
                await disk.pread_into(b"constant", 0)  # type: ignore[arg-type]
            self.assertEqual(len(await disk.pread(BLOCK, 0)), BLOCK)

    def test_errors(self) -> None:
        with Bad(SIZE) as server:
            asyncio.run(self.errors(server))

    async def read_only(self, server: Server) -> None:
        async with nbd.aio.connect(server.uri) as disk:
            with self.assertRaisesRegex(nbd.Error, "read-only") as caught:
                await disk.pwrite(b"x", 0)
            self.assertEqual(caught.exception.errno, "EPERM")

    def test_read_only(self) -> None:
        with ReadOnly(SIZE) as server:
            asyncio.run(self.read_only(server))

    async def extents(self, server: Server) -> None:
        async with nbd.aio.connect(server.uri) as disk:
            found = [(e.offset, e.length, e.hole) async for e in disk.extents(100)]
            part = SIZE // 8
            self.assertEqual(found[0], (100, part - 100, False))
            self.assertEqual(found[1:3], [(part, part, True), (2 * part, part, False)])
            self.assertEqual(sum(length for _, length, _ in found), SIZE - 100)
            async for extent in disk.block_status():
                break
            self.assertEqual(extent.offset, 0)
            with self.assertRaisesRegex(nbd.Error, "qemu:dirty was not negotiated"):
                disk.extents(contexts="qemu:dirty")

    def test_extents(self) -> None:
        with Bad(SIZE) as server:
            asyncio.run(self.extents(server))


support.main()
