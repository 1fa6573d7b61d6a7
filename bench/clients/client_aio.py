#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads of 4 KiB from Python, by callbacks and by nbd.aio.

  client_aio.py --socket PATH --way WAY [--depth N] [--requests N]

WAY is how the requests are kept in flight:
  poll      callbacks, driven by poll, as client.py does it
  loop      callbacks, driven by asyncio
  read      nbd.aio: tasks that await pread
  read-into nbd.aio: tasks that await pread_into, each with its own buffer
  uvloop    as read, with uvloop
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
from typing import Any, Callable

import nbd
import nbd.aio

from client import Queue, number


class LoopQueue(Queue):
    """A queue that the running loop drives."""

    async def go(self, requests: int) -> None:
        loop, h = asyncio.get_running_loop(), self.h
        fd, depth, issued = h.aio_get_fd(), len(self.idle), 0
        ended: asyncio.Future[None] = loop.create_future()
        writes = False

        def issue() -> None:
            nonlocal issued, writes
            while issued < requests and self.idle:
                buffer, completed = self.idle.pop()
                h.aio_pread(buffer, self.offset(), completed)
                issued += 1
            if issued == requests and len(self.idle) == depth:
                ended.set_result(None)
            wants = h.aio_get_direction() & nbd.AIO_DIRECTION_WRITE != 0
            if wants != writes:
                writes = wants
                if wants:
                    loop.add_writer(fd, event, h.aio_notify_write)
                else:
                    loop.remove_writer(fd)

        def event(notify: Callable[[], None]) -> None:
            notify()
            issue()

        loop.add_reader(fd, event, h.aio_notify_read)
        issue()
        await ended
        loop.remove_reader(fd)


class Tasks:
    """Tasks of nbd.aio, each of which has one request in flight."""

    def __init__(self, plan: argparse.Namespace) -> None:
        self.plan = plan
        self.left = plan.requests
        self.state = 0x9E3779B97F4A7C15

    offset = Queue.offset

    async def read(self, disk: nbd.aio.Disk) -> None:
        while self.left > 0:
            self.left -= 1
            await disk.pread(self.size, self.offset())  # type: ignore[misc]

    async def read_into(self, disk: nbd.aio.Disk) -> None:
        buffer = bytearray(self.size)
        while self.left > 0:
            self.left -= 1
            await disk.pread_into(buffer, self.offset())  # type: ignore[misc]

    async def go(self) -> None:
        uri = f"nbd+unix:///?socket={self.plan.socket}"
        async with nbd.aio.connect(uri) as disk:
            self.size = 4096
            self.blocks = disk.size // self.size
            read = self.read_into if self.plan.way == "read-into" else self.read
            await asyncio.gather(*(read(disk) for _ in range(self.plan.depth)))


def run(plan: argparse.Namespace) -> None:
    if plan.way == "poll":
        Queue(plan.socket, plan.depth, 4096).run(plan.requests, 1e12)
    elif plan.way == "loop":
        asyncio.run(LoopQueue(plan.socket, plan.depth, 4096).go(plan.requests))
    elif plan.way == "uvloop":
        import uvloop

        factory: Any = uvloop.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(Tasks(plan).go())
    else:
        asyncio.run(Tasks(plan).go())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", required=True)
    ways = ["poll", "loop", "read", "read-into", "uvloop"]
    parser.add_argument("--way", choices=ways, default="read")
    parser.add_argument("--depth", type=int, default=64)
    parser.add_argument("--requests", type=number, default=100_000)
    plan = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF)
    run(plan)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"way": plan.way, "cpu": cpu / plan.requests}))


if __name__ == "__main__":
    main()
