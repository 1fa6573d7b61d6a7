# SPDX-License-Identifier: MIT
"""The writes of a file, which are in flight while the program continues."""

from __future__ import annotations

import errno
from collections import deque
from typing import NamedTuple

import nbd
from nbd._wait import Command, Driver

LENGTH = 256 << 10  # bytes of one request, also of reads
LIMIT = 128  # requests in flight


class _Write(NamedTuple):
    offset: int
    end: int
    command: Command


def os_error(error: nbd.Error, what: str = "") -> OSError:
    """Convert an error of the library to the OSError that files raise.

    Its class is the one for its number, such as PermissionError.
    """
    return OSError(error.errnum or errno.EIO, f"{what}{error.string}")


class Writer:
    """Writes copies of the data, after the call has returned.

    Requests that overlap are never in flight together, because a server may
    carry them out in any order.
    """

    def __init__(self, driver: Driver, limit: int) -> None:
        h = driver.h
        self.size = h.get_size()
        self.block = h.get_block_size(nbd.SIZE_MINIMUM) or 1
        maximum = h.get_block_size(nbd.SIZE_MAXIMUM) or LENGTH
        self.length = min(LENGTH, maximum) // self.block * self.block or self.block
        self.unflushed = False
        self._driver = driver
        self._limit = limit
        self._bytes = 0
        self._pending: deque[_Write] = deque()
        self._failed: OSError | None = None

    def write(self, at: int, data: memoryview) -> None:
        """Write data inside the export.  The data may change afterwards."""
        end = at + len(data)
        while at < end:
            to = min(end, at - at % self.length + self.length)
            self._write(at, data[: to - at])
            at, data = to, data[to - at :]

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether a write that overlaps a range is in flight."""
        return any(w.offset < end and start < w.end for w in self._pending)

    def settle(self, start: int, end: int) -> None:
        """Wait until no write that overlaps a range is in flight, and raise
        failures."""
        if self._pending:
            while self.overlaps(start, end):
                self._collect()
        self.tell()

    def drain(self) -> None:
        """Wait until no write is in flight."""
        while self._pending:
            self._collect()

    def tell(self) -> None:
        """Raise the error of a write that failed, once."""
        if self._failed is not None:
            error, self._failed = self._failed, None
            raise error

    def cancel(self) -> None:
        """Cancel the writes in flight."""
        while self._pending:
            self._driver.cancel(self._pending.popleft().command)

    def flush(self) -> None:
        """Put everything on stable storage, if the server can do that."""
        self.drain()
        self.tell()
        if self.unflushed and self._driver.h.can_flush():
            self._driver.h.flush()
        self.unflushed = False

    def _collect(self) -> None:
        """Wait for the oldest write."""
        write = self._pending[0]
        try:
            self._driver.wait(write.command)
        except nbd.Error as e:
            if self._failed is None:
                what = f"writing {write.end - write.offset} bytes at {write.offset}: "
                self._failed = os_error(e, what)
                self._failed.__cause__ = e
        self._pending.popleft()
        self._bytes -= write.end - write.offset

    def _write(self, at: int, data: memoryview) -> None:
        """Send one request, after waiting until that is possible."""
        start = at - at % self.block
        end = at + len(data)
        end += -end % self.block
        self.settle(start, end)
        while self._pending and (
            self._pending[0].command.done
            or self._bytes + len(data) > self._limit
            or len(self._pending) >= LIMIT
        ):
            self._collect()
        self.tell()
        if end - start == len(data):
            copy = bytes(data)
        else:
            copy = self._whole_blocks(start, end, at, data)
        command = Command(self._driver)
        command.cookie = self._driver.h.aio_pwrite(copy, start, command.completed)
        self.unflushed = True
        self._pending.append(_Write(start, end, command))
        self._bytes += end - start

    def _whole_blocks(self, start: int, end: int, at: int, data: memoryview) -> bytes:
        """Return the data, with what the server has before and after it, as whole
        blocks."""
        h, block = self._driver.h, self.block
        to = at + len(data)
        head, tail = bytearray(), bytearray()
        if start < at:
            head = h.pread(block, start)
        if to < end:
            whole = head and end - start == block
            tail = head if whole else h.pread(block, end - block)
        return b"".join((head[: at - start], data, tail[len(tail) - (end - to) :]))
