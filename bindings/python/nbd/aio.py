# SPDX-License-Identifier: MIT
"""Disks for asyncio, Trio and AnyIO.

    import asyncio
    import nbd.aio

    async def main():
        async with nbd.aio.connect("nbd://localhost") as disk:
            first, last = await asyncio.gather(
                disk.pread(512, 0), disk.pread(512, disk.size - 512)
            )
            await disk.pwrite(first, 4096)
            await disk.flush()

    asyncio.run(main())

Any number of commands can be in flight at once.  A call that fails raises
nbd.Error with the library's text.

Cancelling a task that awaits a command cancels the command, so
asyncio.timeout(), asyncio.wait_for() and task groups work.  The server does
not learn of it: a cancelled write may or may not be carried out.

A disk belongs to the loop in which it was connected.  Only its handle may be
used by other threads.

With another main loop than that of asyncio, pass a Waiter:

    async with nbd.aio.connect(uri, waiter=waiter) as disk: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import warnings
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

import libnbdmod

import nbd
from nbd._drive import Drive
from nbd._extents import Extent, Reply, Walk
from nbd._settings import new_handle
from nbd._waiter import Event, Loop, Waiter

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

__all__ = ["Connecting", "Disk", "Event", "Extent", "Waiter", "connect"]


class Disk:
    """A connected export.

    handle is the plain handle, for questions such as what the server supports
    and for statistics.  Its blocking calls block the loop, so make them in
    threads.
    """

    __slots__ = ("handle", "_drive", "_o", "__weakref__")

    def __init__(self, drive: Drive) -> None:
        """Use connect() instead."""
        self.handle = drive.h
        self._drive = drive
        self._o = drive.o

    @property
    def size(self) -> int:
        """The size of the export in bytes."""
        return self.handle.get_size()

    @property
    def closed(self) -> bool:
        """Whether the disk was closed."""
        return self._drive.is_closed

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"of {self.size} bytes"
        return f"<nbd.aio.Disk {state}>"

    async def pread(self, count: int, offset: int, flags: int = 0) -> bytearray:
        """Read count bytes from offset on.

        The result is a bytearray, as that of NBD.pread: the data is received
        in its memory without a copy.  A count larger than the server or the
        library allows in one request is an error; see NBD.get_block_size.
        """
        data = libnbdmod.room(count)
        await libnbdmod.aio_pread(self._o, data, offset, self._drive, flags)
        return data

    async def pread_into(
        self, buffer: WriteableBuffer, offset: int, flags: int = 0
    ) -> None:
        """Fill a buffer with data of the export, from offset on.

        buffer is a bytearray, a memoryview, an array or another object with
        writable memory, which is filled in place.  Until this returns or
        raises, also when the task is cancelled, the library uses the buffer:
        it cannot be resized, its content is undefined and must not be changed.
        """
        await libnbdmod.aio_pread(self._o, buffer, offset, self._drive, flags)

    async def pwrite(self, buffer: ReadableBuffer, offset: int, flags: int = 0) -> None:
        """Write a buffer to offset.

        The memory is sent without a copy, so it must not be changed until this
        returns or raises.
        """
        await libnbdmod.aio_pwrite(self._o, buffer, offset, self._drive, flags)

    async def flush(self, flags: int = 0) -> None:
        """Put everything that was written before on stable storage."""
        await libnbdmod.aio_flush(self._o, self._drive, flags)

    async def zero(self, count: int, offset: int, flags: int = 0) -> None:
        """Write zeroes."""
        await libnbdmod.aio_zero(self._o, count, offset, self._drive, flags)

    async def trim(self, count: int, offset: int, flags: int = 0) -> None:
        """Tell the server that the content of a range is no longer needed."""
        await libnbdmod.aio_trim(self._o, count, offset, self._drive, flags)

    async def cache(self, count: int, offset: int, flags: int = 0) -> None:
        """Ask the server to fetch a range that will be read soon."""
        await libnbdmod.aio_cache(self._o, count, offset, self._drive, flags)

    def extents(
        self,
        offset: int = 0,
        length: int | None = None,
        contexts: str | Iterable[str] | None = None,
    ) -> AsyncIterator[Extent]:
        """Iterate over the extents of a range of the export.

            async for extent in disk.extents():
                if extent.data:
                    print(extent.offset, extent.length)

        This is nbd.extents for a disk; see there.
        """
        walk = Walk(self.handle, "nbd.aio.Disk.extents", offset, length, contexts)
        return self._ask_ahead(walk)

    block_status = extents

    async def _ask_ahead(self, walk: Walk) -> AsyncIterator[Extent]:
        asked = self._ask(walk)
        try:
            while asked is not None:
                command, reply = asked
                await command
                some = walk.accept(reply)
                asked = self._ask(walk)
                for extent in some:
                    yield extent
        finally:
            if asked is not None:
                asked[0].close()

    def _ask(self, walk: Walk) -> tuple[libnbdmod.Future, Reply] | None:
        request = walk.request()
        if request is None:
            return None
        reply = walk.reply()
        command = libnbdmod.aio_block_status_64(
            self._o, *request, reply.extent, self._drive, 0
        )
        return command, reply

    async def shutdown(self) -> None:
        """Wait for all commands in flight, disconnect from the server, and close.

        The end of an "async with" block does this, unless an exception ends
        the block: then it waits for nothing.
        """
        if self.closed:
            return
        try:
            await self._drive.disconnected()
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection at once: commands in flight fail with ENOTCONN."""
        self._drive.close()

    async def __aenter__(self) -> Disk:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            await self.shutdown()
        elif not self.closed:
            with contextlib.suppress(nbd.Error):
                self.handle.aio_disconnect()
            self.close()

    def __del__(self) -> None:
        drive = self._drive
        if drive.is_closed:
            return
        warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self)
        if isinstance(drive.loop, Loop) or drive.loop.is_closed():
            drive.close()
        else:
            drive.loop.call_soon_threadsafe(drive.close)


class Connecting:
    """The result of connect(): await it, or use it with "async with"."""

    def __init__(
        self,
        start: str | Callable[[nbd.NBD], object],
        waiter: Waiter | None,
        settings: dict[str, Any],
    ) -> None:
        """Use connect() instead."""
        self._start = start
        self._waiter = waiter
        self._settings = settings
        self._disk: Disk | None = None

    async def _connect(self) -> Disk:
        loop: Any = Loop(self._waiter) if self._waiter else asyncio.get_running_loop()
        drive = Drive(new_handle(**self._settings), loop)
        try:
            if not isinstance(self._start, str):
                self._start(drive.h)
            elif self._start.lower().startswith(("nbd://", "nbds://")):
                uri = self._start
                await drive.begin(lambda h: h.aio_connect_uri(uri))
            else:
                drive.h.aio_connect_uri(self._start)
            await drive.connected()
        except BaseException:
            drive.close()
            raise
        return Disk(drive)

    def __await__(self) -> Generator[Any, None, Disk]:
        return self._connect().__await__()

    async def __aenter__(self) -> Disk:
        self._disk = await self._connect()
        return self._disk

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._disk is not None
        await self._disk.__aexit__(exc_type, exc_value, traceback)


def connect(
    uri: str | Callable[[nbd.NBD], object],
    *,
    connections: int | None = None,
    reconnect_timeout: float | None = None,
    connect_timeout: float | None = None,
    command_timeout: float | None = None,
    stall_timeout: float | None = None,
    contexts: str | Iterable[str] = (nbd.CONTEXT_BASE_ALLOCATION,),
    setup: Callable[[nbd.NBD], object] | None = None,
    waiter: Waiter | None = None,
) -> Connecting:
    """Connect to an export.

        async with nbd.aio.connect("nbd://localhost", reconnect_timeout=60) as disk:
            ...
        disk = await nbd.aio.connect("nbd+unix:///?socket=/run/disk.sock")

    Instead of a URI, pass a function that begins to connect a handle:

        nbd.aio.connect(lambda h: h.aio_connect_command(["nbdkit", "-s", "null"]))

    Times are in seconds; math.inf means no limit.  An argument that is None
    changes nothing, so the URI or LIBNBD_URI_OPTIONS may set it.  contexts are
    the metadata contexts to ask for; see Disk.extents.  setup is called with
    the handle before it connects, for all other settings, such as TLS:

        nbd.aio.connect("nbds://host", setup=lambda h: h.set_tls_certificates("pki"))

    waiter is for programs whose main loop is not that of asyncio.  The task
    can be cancelled while it connects, even while the host's name is looked
    up.
    """
    settings = {
        "connections": connections,
        "reconnect_timeout": reconnect_timeout,
        "connect_timeout": connect_timeout,
        "command_timeout": command_timeout,
        "stall_timeout": stall_timeout,
        "contexts": contexts,
        "setup": setup,
    }
    return Connecting(uri, waiter, settings)
