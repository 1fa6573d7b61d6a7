# SPDX-License-Identifier: MIT
"""A disk continues when its server is killed and started again, or says why not."""

import asyncio
import subprocess

import nbd
import nbd.aio
import support

COUNT, BLOCK = 200, 512


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        support.requires("nbdkit")
        (self.tmp / "disk").write_bytes(bytes(COUNT * BLOCK))
        self.uri = f"nbd+unix:///?socket={self.tmp}/socket"
        self.server: subprocess.Popen[bytes] | None = None
        self.addCleanup(self.kill)

    def start(self) -> None:
        command = ["nbdkit", "-f", "-U", f"{self.tmp}/socket", "file"]
        self.server = subprocess.Popen([*command, str(self.tmp / "disk")])

    def kill(self) -> None:
        if self.server is not None:
            self.server.kill()
            self.server.wait()
            self.server = None
        (self.tmp / "socket").unlink(missing_ok=True)

    async def write(self, disk: nbd.aio.Disk, i: int) -> None:
        await disk.pwrite(bytes([i]) * BLOCK, i * BLOCK)
        await disk.flush()

    async def survive(self) -> None:
        self.start()
        async with nbd.aio.connect(
            self.uri, connect_timeout=60, reconnect_timeout=60
        ) as disk:
            fd = disk.handle.aio_get_fd()
            async with asyncio.TaskGroup() as group:
                for i in range(COUNT):
                    group.create_task(self.write(disk, i))
                    if i % 50 == 25:
                        await asyncio.sleep(0)
                        self.kill()
                        self.start()
            reads = (disk.pread(BLOCK, i * BLOCK) for i in range(COUNT))
            for i, data in enumerate(await asyncio.gather(*reads)):
                self.assertEqual(data, bytes([i]) * BLOCK)
            # An idle disk connects again, too.
            self.kill()
            self.start()
            self.assertEqual(await disk.pread(1, BLOCK), b"\1")
            self.assertGreater(disk.handle.stats_reconnects(), 1)
            self.assertEqual(disk.handle.aio_get_fd(), fd)

    def test_survive(self) -> None:
        asyncio.run(self.survive())

    async def die(self) -> None:
        self.start()
        async with nbd.aio.connect(self.uri + "&connect-timeout=60") as disk:
            self.kill()
            some = (disk.pread(BLOCK, 0) for _ in range(10))
            for error in await asyncio.gather(*some, return_exceptions=True):
                self.assertIsInstance(error, nbd.Error)
            with self.assertRaises(nbd.Error):
                await disk.flush()

    def test_die(self) -> None:
        asyncio.run(self.die())

    async def give_up(self) -> None:
        self.start()
        async with nbd.aio.connect(
            self.uri, connect_timeout=60, reconnect_timeout=0.2
        ) as disk:
            self.kill()
            some = (disk.pread(BLOCK, 0) for _ in range(10))
            for error in await asyncio.gather(*some, return_exceptions=True):
                self.assertRegex(str(error), "No such file or directory")

    def test_give_up(self) -> None:
        asyncio.run(self.give_up())


support.main()
