# SPDX-License-Identifier: MIT
"""Driving a handle from a main loop: the basis of nbd.aio."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import threading
from collections.abc import Callable, Generator
from typing import Any

import libnbdmod

import nbd
from nbd._waiter import Loop

# These are called for each event, so directly and not as methods of NBD.
_get_direction = libnbdmod.aio_get_direction
_notify = libnbdmod.notify
_resolve = libnbdmod.resolve


class WaiterFuture(libnbdmod.Future):
    """A future where the loop is not that of asyncio."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, None]:
        return self._wait().__await__()

    async def _wait(self) -> None:
        try:
            await self.get_loop().wait(self)
        except BaseException:
            self.close()
            raise
        self.result()


class Drive(libnbdmod.Driver):
    """Drives a handle from callbacks of a loop, until it is closed.

    It is passed instead of a completion callback.  Then the method of an
    asynchronous command returns a future, which one task awaits once.
    """

    __slots__ = (
        "h",
        "o",
        "is_closed",
        "_direction",
        "_end",
        "_fd",
        "_future",
        "_is_beginning",
        "_is_fixed",
        "_is_lasting",
        "_waker",
        "_why",
    )

    def __init__(self, h: nbd.NBD, loop: Any) -> None:
        """Take the running loop of asyncio, or a Loop."""
        if isinstance(loop, Loop):
            self._future: type[libnbdmod.Future] = WaiterFuture
            super().__init__(loop, None, self._future)
        else:
            self._future = libnbdmod.Future
            super().__init__(loop, asyncio._get_running_loop, self._future)
        self.h, self.o = h, vars(h)["_o"]
        self.is_closed = False
        self._fd, self._direction = -1, 0  # what is watched
        self._is_beginning = self._is_lasting = False
        self._is_fixed = False  # the descriptor will not change
        self._end: tuple[libnbdmod.Future, Callable[[], bool]] | None = None
        self._why: nbd.Error | None = None
        self._waker = libnbdmod.waker(self.o)
        loop.add_reader(self._waker, self._wake)

    # Commands ---------------------------------------------------------------

    def changed(self) -> None:
        """Look at the handle before the loop waits."""
        if not self.is_expected and not self.is_closed:
            self.loop.call_soon(self._look)
            self.is_expected = True

    def failed(self, command: libnbdmod.Future, errnum: int) -> object:
        """Raise the library's error for a failed command."""
        with contextlib.suppress(nbd.ClosedHandle):
            self.h.aio_command_completed(command.cookie)
        raise nbd.Error("the disk was closed while the command was in flight", errnum)

    def withdraw(self, command: libnbdmod.Future) -> None:
        """Cancel a command that is no longer awaited, and retire it."""
        if command.cookie > 0:
            with contextlib.suppress(nbd.Error, nbd.ClosedHandle):
                self.h.aio_cancel(command.cookie)
                self.h.aio_command_completed(command.cookie)

    # Events -----------------------------------------------------------------

    def _tell(self, write: bool) -> None:
        """Deliver an event to the handle, and wake those whose commands have
        completed."""
        try:
            _notify(self.o, write)
        except nbd.Error as error:
            self._why = error  # raised for those who await commands
        finally:
            _resolve(self.o)
            if self._end is not None:
                self._look_at_end()

    def _read(self) -> None:
        self._tell(False)
        self.changed()

    def _write(self) -> None:
        self._tell(True)
        self.changed()

    def _wake(self) -> None:
        """Something else, such as a blocking call, has completed commands, or the
        last call has ended of a handle that has to be closed."""
        os.read(self._waker, 8)
        if self.is_closed:
            self._close_handle()
            return
        self.changed()
        _resolve(self.o)

    def _look(self) -> None:
        """Send what was issued, and watch for what the handle waits for."""
        self.is_expected = False
        if self.is_closed:
            return
        direction = _get_direction(self.o)
        if direction & nbd.AIO_DIRECTION_WRITE or self._is_lasting:
            self._tell(True)
            if self.is_closed:
                return
            direction = _get_direction(self.o)
        if direction != self._direction or not self._is_fixed:
            self._watch(direction)
        if self._end is not None:
            self._look_at_end()

    def _watch(self, direction: int) -> None:
        fd = self.h.aio_get_fd() if direction else -1
        if self._fd != fd or not self._is_fixed:
            self._unwatch()
        added, gone = direction & ~self._direction, self._direction & ~direction
        self._fd, self._direction = fd, direction
        if added & nbd.AIO_DIRECTION_READ:
            self.loop.add_reader(fd, self._read)
        if added & nbd.AIO_DIRECTION_WRITE:
            self.loop.add_writer(fd, self._write)
        if gone & nbd.AIO_DIRECTION_READ:
            self.loop.remove_reader(fd)
        if gone & nbd.AIO_DIRECTION_WRITE:
            self.loop.remove_writer(fd)

    def _unwatch(self) -> None:
        if not self.loop.is_closed():
            if self._direction & nbd.AIO_DIRECTION_READ:
                self.loop.remove_reader(self._fd)
            if self._direction & nbd.AIO_DIRECTION_WRITE:
                self.loop.remove_writer(self._fd)
        self._fd, self._direction = -1, 0

    # Beginning and end ------------------------------------------------------

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is true of the handle."""
        end: libnbdmod.Future = self._future(self)
        self._end = end, condition
        try:
            self.changed()
            await end
        finally:
            self._end = None

    def _look_at_end(self) -> None:
        if self._end is not None and (self.is_closed or self._end[1]()):
            end, self._end = self._end[0], None
            end.set_result(0)

    async def begin(self, start: Callable[[nbd.NBD], object]) -> None:
        """Begin to connect in a thread, because a name may have to be looked up."""
        began: libnbdmod.Future = self._future(self)
        errors: list[BaseException] = []

        def run() -> None:
            try:
                start(self.h)
            except BaseException as error:
                errors.append(error)
            with contextlib.suppress(RuntimeError):  # the loop may be closed
                self.loop.call_soon_threadsafe(began.set_result, 0)

        self._is_beginning = True
        threading.Thread(target=run, name="nbd.aio", daemon=True).start()
        await began
        self._is_beginning = False
        if errors:
            raise errors.pop()

    async def connected(self) -> None:
        """Wait until the handle is connected, or raise the error."""
        h = self.h
        self._is_lasting = h.get_connections() > 1 or any(
            get() != 0
            for get in (
                h.get_reconnect_timeout,
                h.get_connect_timeout,
                h.get_command_timeout,
                h.get_stall_timeout,
            )
        )
        self._is_fixed = self._is_lasting
        await self._until(lambda: not h.aio_is_connecting())
        if not (h.aio_is_ready() or h.aio_is_processing() or h.aio_is_negotiating()):
            raise self._why or nbd.Error("nbd.aio: not connected", errno.ENOTCONN)
        self._is_fixed = True

    async def disconnected(self) -> None:
        """Disconnect, and wait for the end of the connection."""
        h = self.h
        with contextlib.suppress(nbd.Error):
            h.aio_disconnect()
            await self._until(lambda: h.aio_is_closed() or h.aio_is_dead())

    def close(self) -> None:
        """Close the handle.  Commands in flight fail when the loop runs."""
        if self.is_closed:
            return
        self.is_closed = True
        self._unwatch()
        self._close_handle()
        if isinstance(self.loop, Loop):
            self.loop.end()

    def _close_handle(self) -> None:
        """Close the handle, or let the waker tell when it is no longer in use."""
        is_running = not self.loop.is_closed()
        if is_running:
            self.loop.remove_reader(self._waker)
        try:
            self.h.close()
        except RuntimeError:
            # Another thread is in a call of the handle, or this is a callback.
            if is_running:
                self.loop.add_reader(self._waker, self._wake)
            self._end_calls()
            return
        if is_running:
            self.loop.call_soon(self._finish)

    def _end_calls(self) -> None:
        """End the commands for which other threads wait."""
        # To begin to connect holds the lock that cancel needs.
        if not self._is_beginning:
            with contextlib.suppress(nbd.Error, RuntimeError):
                self.h.cancel()

    def _finish(self) -> None:
        _resolve(self.o)
        self._look_at_end()
