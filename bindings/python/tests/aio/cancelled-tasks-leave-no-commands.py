# SPDX-License-Identifier: MIT
"""Cancelling a task cancels its command, and its buffer can be used at once."""

import asyncio
import gc
import threading
import weakref

import nbd
import nbd.aio
import support
from nbd_server import Server

SIZE = 1 << 20


class Slow(Server):
    """Answers a read when it is allowed to."""

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.may = threading.Event()

    def read(self, offset: int, count: int) -> bytes:
        self.may.wait()
        return b"x" * count


class Array(bytearray):
    """A bytearray that can have weak references."""


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.enterContext(Slow())
        self.addCleanup(self.server.may.set)

    async def buffers(self) -> None:
        async with nbd.aio.connect(self.server.uri) as disk:
            buffer = Array(512)
            life = weakref.ref(buffer)
            reading = asyncio.create_task(disk.pread_into(buffer, 0))
            await asyncio.sleep(0)
            with self.assertRaises(BufferError):
                buffer.append(0)
            reading.cancel("enough")
            with self.assertRaisesRegex(asyncio.CancelledError, "enough"):
                await reading
            buffer.append(0)
            self.assertEqual(disk.handle.aio_in_flight(), 0)
            del reading, buffer
            gc.collect()
            self.assertIsNone(life())
            # Late replies are discarded, and the next commands work.
            self.server.may.set()
            self.assertEqual(await disk.pread(512, 512), b"x" * 512)

    def test_buffers(self) -> None:
        asyncio.run(self.buffers())

    async def times(self) -> None:
        async with nbd.aio.connect(self.server.uri) as disk:
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await disk.pread(512, 0)
            with self.assertRaises(TimeoutError):
                await asyncio.wait_for(disk.pread(512, 0), 0.01)
            together = asyncio.gather(*(disk.pread(512, 0) for _ in range(100)))
            while disk.handle.aio_in_flight() < 100:
                await asyncio.sleep(0)
            together.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await together
            self.assertEqual(disk.handle.aio_in_flight(), 0)
            self.server.may.set()

    def test_times(self) -> None:
        asyncio.run(self.times())

    async def late(self) -> None:
        """The command completes when the task has already been cancelled."""
        async with nbd.aio.connect(self.server.uri) as disk:
            reading = asyncio.create_task(disk.pread(512, 0))
            await asyncio.sleep(0)
            reading.cancel()
            self.server.may.set()
            while disk.handle.aio_in_flight() > 0:
                disk.handle.poll(-1)
            with self.assertRaises(asyncio.CancelledError):
                await reading
            self.assertEqual(await disk.pread(512, 0), b"x" * 512)

    def test_late(self) -> None:
        asyncio.run(self.late())

    async def failing(self) -> None:
        """A command that failed is retired although nobody asks why."""
        async with nbd.aio.connect(self.server.uri) as disk:
            reading = asyncio.create_task(disk.pread(512, 0))
            await asyncio.sleep(0)
            reading.cancel()
            disk.handle.aio_cancel(disk.handle.aio_flush() - 1)
            self.server.may.set()
            with self.assertRaises(asyncio.CancelledError):
                await reading
            while disk.handle.aio_in_flight() > 0:
                await asyncio.sleep(0)
            self.assertEqual(disk.handle.aio_peek_command_completed(), 2)

    def test_failing(self) -> None:
        asyncio.run(self.failing())


support.main()
