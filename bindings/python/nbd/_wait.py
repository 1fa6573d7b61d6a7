# SPDX-License-Identifier: MIT
"""Waiting for commands of a handle that other threads may use, too."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading

import nbd


class Command:
    """A command in flight.  Its method completed is the completion callback."""

    __slots__ = ("cookie", "done", "error", "_driver")

    def __init__(self, driver: Driver) -> None:
        self.cookie = 0
        self.done = False
        self.error = 0
        self._driver = driver

    def completed(self, err: ctypes.c_int) -> int:
        """Note the result.  A command that failed is not retired, so that
        Driver.wait or Driver.cancel can ask why."""
        self.error = err.value
        self.done = True
        self._driver.wake()
        return self.error == 0


class Driver:
    """Drives a handle while one thread at a time waits for a command.

    Another thread that drives the handle may complete a command just before
    the thread that needs it waits.  Then it writes to a pipe, because
    otherwise that thread might wait forever.
    """

    def __init__(self, h: nbd.NBD) -> None:
        self.h = h
        self._thread = 0
        self._woken = False
        self._fd, self._other = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop waiting.  Commands may still complete."""
        if self._fd >= 0:
            os.close(self._fd)
            os.close(self._other)
            self._fd = self._other = -1

    def wake(self) -> None:
        """Make the waiting thread look again, unless it is the calling thread."""
        if self._fd < 0 or threading.get_ident() == self._thread:
            return
        with contextlib.suppress(BlockingIOError):
            os.write(self._other, b"w")
        self._woken = True

    def wait(self, command: Command) -> None:
        """Wait for a command, and retire it; raise the error if it failed."""
        self._thread = threading.get_ident()
        while not command.done:
            try:
                self.h.poll2(self._fd, -1)
            except nbd.Error:
                if not command.done:
                    raise
            if self._woken:
                self._woken = False
                with contextlib.suppress(BlockingIOError):
                    os.read(self._fd, 4096)
        if command.error != 0:
            self.h.aio_command_completed(command.cookie)

    def cancel(self, command: Command) -> None:
        """Cancel a command that is no longer needed, and retire it."""
        with contextlib.suppress(nbd.Error, nbd.ClosedHandle, RuntimeError):
            if not command.done:
                self.h.aio_cancel(command.cookie)
            if command.error != 0:
                self.h.aio_command_completed(command.cookie)
