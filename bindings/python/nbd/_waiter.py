# SPDX-License-Identifier: MIT
"""nbd.aio in programs whose main loop is not that of asyncio."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import libnbdmod


class Event(Protocol):
    """The methods that trio.Event and anyio.Event have in common."""

    def set(self) -> object:
        """Let all waiting tasks continue."""

    async def wait(self) -> object:
        """Wait until the event is set."""


@dataclass(frozen=True)
class Waiter:
    """The way in which tasks wait if the main loop is not that of asyncio.

    event makes an object with a method set and an awaitable method wait.
    readable waits until a file descriptor is readable.  With Trio:

        nbd.aio.Waiter(trio.Event, trio.lowlevel.wait_readable)

    and with AnyIO, on any backend:

        nbd.aio.Waiter(anyio.Event, anyio.wait_socket_readable)

    One of the tasks that wait for a disk waits for all of them.  While no task
    waits, nothing serves the connection, so a lost connection is restored with
    the next command.
    """

    event: Callable[[], Event]
    readable: Callable[[Any], Awaitable[object]]


class Loop:
    """The part of asyncio's loop that a disk needs, made from a Waiter.

    It has no task of its own.  One of the tasks that wait for a command drives
    it for all of them, until its own command has completed; then another task
    does.
    """

    def __init__(self, waiter: Waiter) -> None:
        self._waiter = waiter
        self._soon: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._callbacks: dict[int, dict[int, Callable[[], object]]] = {}
        self._epoll = select.epoll()
        self._fd, self._other = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._epoll.register(self._fd, select.EPOLLIN)
        self._sleepers: dict[libnbdmod.Future, Event] = {}
        self._is_driven = self._is_ending = False
        self._lock = threading.Lock()  # of the descriptors, against other threads

    def end(self) -> None:
        """Close the descriptors once no task waits."""
        self._is_ending = True
        if not self._sleepers and not self._epoll.closed:
            self._turn()
            with self._lock:
                self._epoll.close()
                os.close(self._fd)
                os.close(self._other)

    def is_closed(self) -> bool:
        """Return whether it can no longer be used."""
        return self._epoll.closed

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> None:
        """Let the task that drives the loop call a callback."""
        self._soon.append((callback, args))
        with self._lock, contextlib.suppress(BlockingIOError):
            if not self._epoll.closed:
                os.write(self._other, b"s")

    call_soon_threadsafe = call_soon

    def _watch(self, fd: int, event: int, callback: Callable[[], object]) -> None:
        callbacks = self._callbacks.setdefault(fd, {})
        if callbacks:
            self._epoll.modify(fd, event | sum(callbacks))
        else:
            self._epoll.register(fd, event)
        callbacks[event] = callback

    def _forget(self, fd: int, event: int) -> None:
        callbacks = self._callbacks.get(fd, {})
        if callbacks.pop(event, None) is None or self._epoll.closed:
            return
        # The library may have closed the descriptor.
        with contextlib.suppress(OSError):
            if callbacks:
                self._epoll.modify(fd, sum(callbacks))
            else:
                self._epoll.unregister(fd)

    def add_reader(self, fd: int, callback: Callable[[], object]) -> None:
        """Call a callback while a descriptor is readable."""
        self._watch(fd, select.EPOLLIN, callback)

    def add_writer(self, fd: int, callback: Callable[[], object]) -> None:
        """Call a callback while a descriptor is writable."""
        self._watch(fd, select.EPOLLOUT, callback)

    def remove_reader(self, fd: int) -> None:
        """Undo add_reader."""
        self._forget(fd, select.EPOLLIN)

    def remove_writer(self, fd: int) -> None:
        """Undo add_writer."""
        self._forget(fd, select.EPOLLOUT)

    async def wait(self, future: libnbdmod.Future) -> None:
        """Wait for a future, and drive the loop if no other task does."""
        event = self._sleepers[future] = self._waiter.event()
        future.add_done_callback(lambda _: event.set())
        try:
            while not future.done():
                if self._is_driven:
                    await event.wait()
                    if not future.done():
                        event = self._sleepers[future] = self._waiter.event()
                else:
                    await self._drive()
        finally:
            del self._sleepers[future]
            if not self._is_driven and self._sleepers:
                next(iter(self._sleepers.values())).set()
            if self._is_ending:
                self.end()

    async def _drive(self) -> None:
        self._is_driven = True
        try:
            await self._waiter.readable(self._epoll.fileno())
        finally:
            self._is_driven = False
        if not self._epoll.closed:
            self._turn()

    def _turn(self) -> None:
        """Call all callbacks whose events have come."""
        ready = self._epoll.poll(0)
        with contextlib.suppress(BlockingIOError):
            os.read(self._fd, 4096)
        soon, self._soon = self._soon, []
        for callback, args in soon:
            callback(*args)
        for fd, events in ready:
            if events & (select.EPOLLERR | select.EPOLLHUP):
                events |= select.EPOLLIN | select.EPOLLOUT
            for event, call in list(self._callbacks.get(fd, {}).items()):
                if events & event and event in self._callbacks[fd]:
                    call()
