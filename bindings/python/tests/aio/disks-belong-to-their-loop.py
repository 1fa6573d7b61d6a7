# SPDX-License-Identifier: MIT
"""Each loop serves its own disks, whether it is asyncio's or another one."""

import asyncio
import contextlib
import contextvars
import functools
import gc
import importlib.util
import os
import socket
import threading
from pathlib import Path
from typing import Any

import nbd
import nbd.aio
import support
from nbd_server import Server

SIZE, BLOCK = 1 << 20, 512

variable = contextvars.ContextVar("variable", default=0)


def descriptors() -> list[str]:
    """Return what is open, except sockets, because threads of the server have
    some."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            kind = os.readlink(link).split(":")[0]
            if kind in ("anon_inode", "pipe"):
                found.append(kind)
    return sorted(found)


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.enterContext(Server(SIZE))
        self.server.disk[:] = bytes(range(256)) * (SIZE // 256)

    async def read(self, disk: nbd.aio.Disk, i: int) -> None:
        variable.set(i)
        for at in range(i, i + 10):
            self.assertEqual(
                await disk.pread(BLOCK, at), self.server.disk[at : at + BLOCK]
            )
            self.assertEqual(variable.get(), i)

    async def use(self) -> None:
        async with nbd.aio.connect(self.server.uri) as disk:
            async with asyncio.TaskGroup() as group:
                for i in range(50):
                    group.create_task(self.read(disk, i))
            self.assertEqual(variable.get(), 0)

    def test_two_loops_in_two_threads(self) -> None:
        ended = []

        def run() -> None:
            asyncio.run(self.use())
            ended.append(True)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(ended, [True, True])

    def test_uvloop(self) -> None:
        if importlib.util.find_spec("uvloop") is None:
            self.skipTest("uvloop is not installed")
        uvloop: Any = importlib.import_module("uvloop")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self.use())
            runner.run(self.use())

    async def wrong(self, disk: nbd.aio.Disk) -> None:
        with self.assertRaisesRegex(RuntimeError, "another event loop|different loop"):
            await disk.pread(BLOCK, 0)
        self.assertEqual(disk.handle.aio_in_flight(), 0)

    async def right(self) -> None:
        async with nbd.aio.connect(self.server.uri) as disk:
            await asyncio.to_thread(lambda: asyncio.run(self.wrong(disk)))
            self.assertEqual(await disk.pread(1, 1), b"\1")
            # All threads can use the handle, which serves everything in
            # flight.
            for _ in range(20):
                tasks = [asyncio.create_task(self.read(disk, i)) for i in range(10)]
                await asyncio.to_thread(disk.handle.pread, BLOCK, 0)
                disk.handle.pread(BLOCK, 0)
                async with asyncio.timeout(60):
                    await asyncio.gather(*tasks)

    def test_wrong_loop(self) -> None:
        asyncio.run(self.right())

    def test_two_loops_in_one_thread(self) -> None:
        async def connect() -> nbd.aio.Disk:
            return await nbd.aio.connect(self.server.uri)

        with asyncio.Runner() as one, asyncio.Runner() as other:
            disk = one.run(connect())
            other.run(self.wrong(disk))
            self.assertEqual(one.run(disk.pread(1, 1)), b"\1")
            one.run(disk.shutdown())

    def test_no_loop(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "running"):
            nbd.aio.connect(self.server.uri).__await__().send(None)

    async def tasks(self, waiter: nbd.aio.Waiter) -> None:
        import anyio

        async with nbd.aio.connect(self.server.uri, waiter=waiter) as disk:
            for _ in range(2):
                async with anyio.create_task_group() as group:
                    for i in range(50):
                        group.start_soon(self.read, disk, i)
            self.assertEqual([e.length async for e in disk.extents()], [SIZE])
            with anyio.CancelScope() as scope:
                scope.cancel()
                await disk.pread(BLOCK, 0)
            self.assertEqual(disk.handle.aio_in_flight(), 0)
            async with anyio.create_task_group() as group:
                group.start_soon(self.read, disk, 0)
                group.cancel_scope.cancel()
            self.assertEqual(await disk.pread(1, 1), b"\1")
        with self.assertRaises(nbd.Error):
            await nbd.aio.connect(
                f"nbd+unix:///?socket={self.tmp}/nowhere", waiter=waiter
            )
        with socket.create_server(("127.0.0.1", 0)) as silent:
            uri = f"nbd://127.0.0.1:{silent.getsockname()[1]}"
            with anyio.move_on_after(0.02) as scope:
                await nbd.aio.connect(uri, waiter=waiter)
            self.assertTrue(scope.cancel_called)

    def test_trio_and_anyio(self) -> None:
        for name in "trio", "anyio":
            if importlib.util.find_spec(name) is None:
                self.skipTest(f"{name} is not installed")
        anyio: Any = importlib.import_module("anyio")
        trio: Any = importlib.import_module("trio")
        trios = nbd.aio.Waiter(trio.Event, trio.lowlevel.wait_readable)
        anys = nbd.aio.Waiter(anyio.Event, anyio.wait_socket_readable)
        for waiter, backend in (trios, "trio"), (anys, "trio"), (anys, "asyncio"):
            before = descriptors()
            anyio.run(functools.partial(self.tasks, waiter), backend=backend)
            # A handle that was given up ends with the thread that looked up
            # the name.
            for thread in threading.enumerate():
                if thread.name == "nbd.aio":
                    thread.join()
            gc.collect()
            self.assertEqual(descriptors(), before)


support.main()
