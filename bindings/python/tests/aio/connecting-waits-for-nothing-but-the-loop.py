# SPDX-License-Identifier: MIT
"""Connecting does not block the loop, and can fail and be cancelled."""

import asyncio
import math
import socket
import threading
import unittest.mock
from collections.abc import Callable

import nbd
import nbd.aio
import support
from nbd_server import Server


class Test(support.Case):
    def fails_to_connect(self, uri: str, text: str) -> None:
        async def connect() -> None:
            await nbd.aio.connect(uri)

        with self.assertRaisesRegex(nbd.Error, text):
            asyncio.run(connect())

    def test_errors(self) -> None:
        nowhere = f"nbd+unix:///?socket={self.tmp}/nowhere"
        self.fails_to_connect(nowhere, "nowhere.*No such file")
        self.fails_to_connect("nbd://[::1", "URI")
        self.fails_to_connect("nonsense", "no scheme")
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            self.fails_to_connect(f"nbd://127.0.0.1:{port}", "Connection refused")

    async def silent(self, uri: str) -> None:
        with self.assertRaises(TimeoutError):
            async with asyncio.timeout(0.05):
                await nbd.aio.connect(uri)
        with self.assertRaises(TimeoutError):
            async with asyncio.timeout(0.05):
                await nbd.aio.connect(uri, connect_timeout=math.inf)
        with self.assertRaisesRegex(nbd.Error, "ETIMEDOUT"):
            await nbd.aio.connect(uri, connect_timeout=0.05)

    def test_silent_server(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            asyncio.run(self.silent(f"nbd://127.0.0.1:{port}"))

    async def late(self, uri: str, start: Callable[[], object]) -> None:
        connecting = asyncio.ensure_future(nbd.aio.connect(uri, connect_timeout=60))
        for _ in range(100):
            await asyncio.sleep(0)
        self.assertFalse(connecting.done())
        start()
        await (await connecting).shutdown()

    def test_server_that_comes_late(self) -> None:
        server = Server(1 << 20)
        asyncio.run(self.late(server.uri, lambda: self.enterContext(server)))

    async def slow_names(self) -> None:
        """A slow lookup of a name does not block the loop."""
        asked, may = threading.Event(), threading.Event()

        class Handle(nbd.NBD):
            def aio_connect_uri(self, uri: str) -> None:
                asked.set()
                may.wait()
                super().aio_connect_uri(uri)

        connecting = nbd.aio.connect("nbd://localhost:1")
        with unittest.mock.patch("nbd.NBD", Handle):
            task = asyncio.ensure_future(connecting)
            while not asked.is_set():
                await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
        may.set()

    def test_slow_names(self) -> None:
        asyncio.run(self.slow_names())

    async def settings(self, server: Server) -> None:
        seen: list[nbd.NBD] = []
        async with nbd.aio.connect(
            server.uri,
            connections=2,
            command_timeout=1.5,
            stall_timeout=math.inf,
            contexts="qemu:x",
            setup=seen.append,
        ) as disk:
            h = disk.handle
            self.assertEqual(seen, [h])
            self.assertEqual(h.get_connections(), 2)
            self.assertEqual(h.get_command_timeout(), 1500)
            self.assertEqual(h.get_stall_timeout(), -1)
            self.assertEqual(h.get_meta_context(0), "qemu:x")
            some = (disk.pread(512, 0) for _ in range(50))
            self.assertEqual(len(await asyncio.gather(*some)), 50)

    def test_settings(self) -> None:
        with Server(1 << 20) as server:
            asyncio.run(self.settings(server))

    async def refused(self) -> None:
        def setup(h: nbd.NBD) -> None:
            raise ValueError("no")

        with self.assertRaisesRegex(ValueError, "no"):
            await nbd.aio.connect("nbd://localhost", setup=setup)

    def test_setup_fails(self) -> None:
        asyncio.run(self.refused())


support.main()
