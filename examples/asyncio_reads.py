#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checksum an export from asyncio, with many reads in flight.

usage: asyncio_reads.py URI [SECONDS]

The class Connection suits any program, and handles that reconnect, too.  To
cancel the task that awaits a command cancels the command.
"""

import asyncio
import ctypes
import hashlib
import sys
from typing import Callable

import nbd

BLOCK, IN_FLIGHT = 128 << 10, 16


class Connection:
    """A handle that the running loop drives."""

    def __init__(self, h: nbd.NBD) -> None:
        self.h, self.loop = h, asyncio.get_running_loop()
        self.watched = -1, 0
        self.changed = asyncio.Event()

    def watch(self) -> None:
        """Watch for what the handle waits for now."""
        direction = self.h.aio_get_direction()
        fd = self.h.aio_get_fd() if direction else -1
        if (fd, direction) == self.watched and not self.h.aio_is_connecting():
            return
        for forget in (self.loop.remove_reader, self.loop.remove_writer):
            if self.watched[0] >= 0:
                forget(self.watched[0])
        if direction & nbd.AIO_DIRECTION_READ:
            self.loop.add_reader(fd, self.notify, self.h.aio_notify_read)
        if direction & nbd.AIO_DIRECTION_WRITE:
            self.loop.add_writer(fd, self.notify, self.h.aio_notify_write)
        self.watched = fd, direction

    def notify(self, report: Callable[[], None]) -> None:
        try:
            report()
        except nbd.Error:
            pass  # whoever awaits something will be told
        self.watch()
        self.changed.set()

    async def connect(self, uri: str) -> None:
        self.h.aio_connect_uri(uri)
        while self.h.aio_is_connecting():
            self.watch()
            await self.changed.wait()
            self.changed.clear()
        self.h.get_size()  # says what is wrong if it is not connected

    async def pread(self, count: int, offset: int) -> bytes:
        buffer = nbd.Buffer(count)
        done = self.loop.create_future()

        def completed(err: ctypes.c_int) -> int:
            if not done.cancelled():
                done.set_result(None)
            return done.cancelled()  # if so, nobody asks for the result

        cookie = self.h.aio_pread(buffer, offset, completed)
        done.add_done_callback(lambda f: f.cancelled() and self.h.aio_cancel(cookie))
        self.watch()
        await done
        self.h.aio_command_completed(cookie)  # says what is wrong if it failed
        return bytes(buffer.to_bytearray())


async def run(uri: str) -> str:
    with nbd.NBD() as h:
        await (c := Connection(h)).connect(uri)
        size, digest = h.get_size(), hashlib.md5()
        for at in range(0, size, IN_FLIGHT * BLOCK):
            row = range(at, min(at + IN_FLIGHT * BLOCK, size), BLOCK)
            reads = (c.pread(min(BLOCK, size - i), i) for i in row)
            for data in await asyncio.gather(*reads):
                digest.update(data)
        return digest.hexdigest()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    seconds = float(sys.argv[2]) if len(sys.argv) == 3 else None
    try:
        print(asyncio.run(asyncio.wait_for(run(sys.argv[1]), seconds)))
    except (nbd.Error, asyncio.TimeoutError) as error:
        sys.exit(f"asyncio_reads.py: {str(error) or 'the time is over'}")
