# SPDX-License-Identifier: MIT
"""Whichever of disk, loop and interpreter ends first, nothing crashes or
complains."""

import asyncio
import errno
import functools
import gc
import threading
import warnings

import nbd
import nbd.aio
import support
from nbd_server import Server

SIZE = 1 << 20

START = """
import asyncio, threading, sys
import nbd, nbd.aio
from nbd_server import Server

class Silent(Server):
    def read(self, offset, count):
        threading.Event().wait()

server = Silent(1 << 20).__enter__()

async def fly(disk):
    for i in range(20):
        tasks.add(asyncio.ensure_future(disk.pread(512, 512 * i)))
    while disk.handle.aio_in_flight() < 20:
        await asyncio.sleep(0)

async def main():
    global disk
    disk = await nbd.aio.connect(server.uri, reconnect_timeout=TIMEOUT)
    await fly(disk)

tasks = set()
"""


class Silent(Server):
    """Answers no reads."""

    def read(self, offset: int, count: int) -> bytes:
        threading.Event().wait()
        return b""


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.enterContext(Silent(SIZE))

    async def in_flight(self, ask_for: int) -> None:
        async with nbd.aio.connect(self.server.uri) as disk:
            tasks = [asyncio.create_task(disk.pread(512, 0)) for _ in range(ask_for)]
            await asyncio.sleep(0)
            disk.close()
            for error in await asyncio.gather(*tasks, return_exceptions=True):
                assert isinstance(error, nbd.Error)
                self.assertEqual(error.errnum, errno.ENOTCONN)
                self.assertIn("the disk was closed", str(error))

    def test_commands_in_flight(self) -> None:
        asyncio.run(self.in_flight(100))

    async def exception(self) -> None:
        with self.assertRaisesRegex(ValueError, "mine"):
            async with nbd.aio.connect(self.server.uri) as disk:
                task = asyncio.create_task(disk.pread(512, 0))
                await asyncio.sleep(0)
                raise ValueError("mine")
        with self.assertRaises(nbd.Error):
            await task

    def test_exception_inside(self) -> None:
        asyncio.run(self.exception())

    async def until_closed(self, handle: nbd.NBD) -> None:
        with self.assertRaises(nbd.ClosedHandle):
            while True:
                handle.get_size()
                await asyncio.sleep(0)

    async def callback(self) -> None:
        disk = await nbd.aio.connect(self.server.uri)
        disk.handle.set_debug_callback(lambda *_: disk.close())
        disk.handle.set_debug(True)
        with self.assertRaisesRegex(nbd.Error, "ENOTCONN"):
            await disk.pread(512, 0)
        await self.until_closed(disk.handle)

    def test_closed_in_a_callback(self) -> None:
        asyncio.run(self.callback())

    async def thread(self) -> None:
        with self.assertRaisesRegex(ValueError, "mine"):
            async with nbd.aio.connect(self.server.uri) as disk:
                read = functools.partial(disk.handle.pread, 512, 0)
                tasks = [
                    asyncio.create_task(asyncio.to_thread(read)),
                    asyncio.create_task(disk.pread(512, 0)),
                ]
                while disk.handle.aio_in_flight() < 2:
                    await asyncio.sleep(0)
                raise ValueError("mine")
        for task in tasks:
            with self.assertRaises(nbd.Error):
                await task
        await self.until_closed(disk.handle)

    def test_closed_while_a_thread_waits(self) -> None:
        asyncio.run(self.thread())

    async def goodbye(self) -> None:
        """A server that does not answer blocks shutdown, which can be cancelled."""
        async with nbd.aio.connect(self.server.uri) as disk:
            task = asyncio.create_task(disk.pread(512, 0))
            await asyncio.sleep(0)
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await disk.shutdown()
            self.assertTrue(disk.closed)
            with self.assertRaises(nbd.Error):
                await task

    def test_goodbye(self) -> None:
        asyncio.run(self.goodbye())

    async def orderly(self, server: Server) -> None:
        """Commands in flight complete before the connection ends."""
        for i in range(1, 20):
            async with nbd.aio.connect(server.uri) as disk:
                tasks = [asyncio.create_task(disk.pread(512, 0)) for _ in range(64)]
                for _ in range(i):
                    await asyncio.sleep(0)
            self.assertEqual(await asyncio.gather(*tasks), [bytes(512)] * 64)

    def test_shutdown(self) -> None:
        with Server(SIZE) as server:
            asyncio.run(self.orderly(server))

    async def iterator(self) -> None:
        async with nbd.aio.connect(self.server.uri) as disk:
            async for _ in disk.extents():
                break
            iterator = disk.extents()
        with self.assertRaises(nbd.ClosedHandle):
            await anext(iterator)

    def test_iterator(self) -> None:
        asyncio.run(self.iterator())

    async def dropped(self) -> None:
        disk = await nbd.aio.connect(self.server.uri)
        handle = disk.handle
        task = asyncio.create_task(disk.pread(512, 0))
        await asyncio.sleep(0)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            del disk
            gc.collect()
            self.assertEqual(seen, [])  # the task still refers to it
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            del task
            gc.collect()
        self.assertIn("unclosed <nbd.aio.Disk", str(seen[0].message))
        await asyncio.sleep(0)
        with self.assertRaises(nbd.ClosedHandle):
            handle.get_size()

    def test_dropped(self) -> None:
        asyncio.run(self.dropped())

    def quiet(self, code: str) -> None:
        for timeout in "None", "60":
            done = support.run_python(START.replace("TIMEOUT", timeout) + code)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_exit_with_an_open_disk(self) -> None:
        self.quiet("asyncio.run(main())")

    def test_exit_with_a_disk_in_a_module(self) -> None:
        self.quiet("asyncio.run(main())\nsys.keep = disk, tasks")

    def test_exit_inside(self) -> None:
        self.quiet("async def end():\n await main()\n sys.exit(0)\nasyncio.run(end())")

    def test_loop_closed_early(self) -> None:
        self.quiet(
            """
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
for task in tasks:
    task._log_destroy_pending = False  # it is the program's
loop.close()
disk.close()
"""
        )

    def test_closed_between_two_runs(self) -> None:
        self.quiet(
            """
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
disk.close()
seen = loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
assert all(isinstance(error, nbd.Error) for error in seen), seen
loop.close()
"""
        )

    def test_interrupt(self) -> None:
        self.quiet(
            """
import os, signal
async def end():
    async with nbd.aio.connect(server.uri) as disk:
        await fly(disk)
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), 2)
        await disk.pread(512, 0)
try:
    asyncio.run(end())
except KeyboardInterrupt:
    sys.exit(0)
sys.exit(1)
"""
        )


support.main()
