# SPDX-License-Identifier: MIT
"""The reads of a file: what was requested, and what will be requested next."""

from __future__ import annotations

import math
import time
from collections import deque

import nbd
from nbd._behind import Writer
from nbd._wait import Command, Driver

FIRST = 128 << 10  # bytes read ahead of the first sequential read
NEAR = 1 << 20  # enough for a server that is near, and fits in caches
FASTER = 1.3  # speed-up that is required of a doubled window


class Piece:
    """A part of the export that is being read, or was read, into our memory.

    It is wanted if the program asked for all of it.  Otherwise some was read
    ahead.
    """

    __slots__ = ("offset", "end", "wanted", "memory", "command")

    def __init__(
        self, offset: int, end: int, wanted: bool, memory: bytearray, command: Command
    ) -> None:
        self.offset = offset
        self.end = end
        self.wanted = wanted
        self.memory = memory
        self.command = command


class Window:
    """The number of bytes that are read ahead.

    It doubles whenever a read has to wait, up to a size that is enough for a
    server that is near.  Beyond that it doubles as long as this makes reading
    faster.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.close()

    def close(self) -> None:
        """Read nothing ahead."""
        self.size = 0
        self._rate = 0.0  # bytes per second, infinite when it no longer grows
        self._start = -1  # where the current size was used first
        self._time = 0.0

    def open(self) -> None:
        """Start reading ahead."""
        self.size = min(max(self.size, FIRST), self.limit)

    def waited(self, at: int) -> None:
        """Learn that a read had to wait at an offset."""
        if self.size < NEAR:
            self._resize(2 * self.size)
        elif self.size >= self.limit:
            return
        elif self._start < 0:
            self._start, self._time = at, time.monotonic()
        elif at - self._start >= 4 * self.size:
            rate = (at - self._start) / (time.monotonic() - self._time)
            if rate > FASTER * self._rate:
                self._rate = rate
                self._resize(2 * self.size)
            elif self._rate < math.inf:
                self._rate = math.inf
                self._resize(self.size // 2)

    def _resize(self, size: int) -> None:
        self.size = min(size, self.limit)
        self._start = -1


class Reader:
    """Reads, and reads ahead while each read begins where the last one ended.

    Large reads go directly into the memory of the caller.
    """

    def __init__(self, driver: Driver, writer: Writer, limit: int) -> None:
        self._driver = driver
        self._writer = writer
        self._size = writer.size
        self._block = writer.block
        self._length = writer.length  # bytes of one request
        self._window = Window(limit)
        self._next = -1  # where a sequential read begins
        self._pieces: deque[Piece] = deque()  # in order; complete once looked at
        self._free: list[bytearray] = []  # of full length

    def read(self, at: int, target: memoryview) -> int:
        """Fill memory with what is at an offset, and return its length.

        The range ends inside the export.  The result may be shorter if there
        is an error further on.
        """
        count = len(target)
        end = at + count
        self._writer.settle(at - at % self._block, end + -end % self._block)
        self._follow(at)
        covered = min(max(at, self._pieces[-1].end), end) if self._pieces else at
        lengths = self._direct(covered, end)
        kept = covered - at if lengths else count
        commands: list[Command] = []
        parts: list[memoryview] = []
        try:
            for length in lengths:
                parts.append(target[covered - at : covered - at + length])
                commands.append(self._issue(parts[-1], covered))
                covered += length
            if not lengths:
                self._cover(at, end)
            self._read_ahead(end)
            with target[:kept] as some:
                done = self._take(at, some)
            if done == kept:
                done += self._wait(done, commands, lengths)
        finally:  # the caller may use the memory again
            for command in commands:
                self._driver.cancel(command)
            for part in parts:
                part.release()
        self._next = at + done
        return done

    def fetch(self, at: int, count: int) -> bytes | None:
        """Do the same for a small read that continues the last one, if one piece
        has all of it."""
        if at != self._next or count > self._length:
            return None
        pieces, end = self._pieces, at + count
        if not pieces or at < pieces[0].offset or pieces[0].end < end:
            self._writer.settle(at - at % self._block, end + -end % self._block)
            self._follow(at)
            self._cover(at, end)
            self._read_ahead(end)
        if pieces[0].end < end or not self._arrives(at, end, False):
            return None
        self._next = end
        start = at - pieces[0].offset
        return bytes(memoryview(pieces[0].memory)[start : start + count])

    def forget(self, start: int, end: int) -> None:
        """Drop what was read ahead in a range."""
        pieces = self._pieces
        if pieces and start < pieces[-1].end and pieces[0].offset < end:
            self.forget_all()

    def forget_all(self) -> None:
        """Drop what was read ahead."""
        while self._pieces:
            self._drop(self._pieces.popleft())

    def _drop(self, piece: Piece) -> None:
        self._driver.cancel(piece.command)
        if not piece.command.done or piece.end - piece.offset < self._length:
            return
        if len(self._free) * self._length < self._window.limit:
            self._free.append(piece.memory)

    def _follow(self, at: int) -> None:
        """Drop the pieces that the program has passed, or all if it has moved
        elsewhere."""
        pieces = self._pieces
        in_sequence = at == self._next
        while pieces and pieces[0].end <= at:
            self._drop(pieces.popleft())
        if pieces and at < pieces[0].offset:
            self.forget_all()
        if in_sequence:
            self._window.open()
        elif not pieces:
            self._window.close()

    def _direct(self, start: int, end: int) -> list[int]:
        """Return the lengths of the requests for a range that need no memory of
        ours."""
        count = end - start
        if count == 0 or start % self._block or end % self._block:
            return []
        if self._window.size and count < self._length:
            return []
        rest = count % self._length
        return [self._length] * (count // self._length) + [rest] * (rest > 0)

    def _issue(self, target: memoryview | bytearray, offset: int) -> Command:
        command = Command(self._driver)
        command.cookie = self._driver.h.aio_pread(target, offset, command.completed)
        return command

    def _piece(self, start: int, end: int, wanted: bool) -> None:
        """Read a range into a new piece, which is the last one."""
        if self._free and end - start == self._length:
            memory = self._free.pop()
        else:
            memory = bytearray(end - start)
        command = self._issue(memory, start)
        self._pieces.append(Piece(start, end, wanted, memory, command))

    def _cover(self, start: int, end: int) -> None:
        """Make pieces that cover all of a range."""
        at = self._pieces[-1].end if self._pieces else start - start % self._block
        while at < end:
            to = at + self._length
            if self._window.size == 0:
                to = min(to, end + -end % self._block)
            to = min(to, self._size)
            self._piece(at, to, to - end < self._block)
            at = to

    def _read_ahead(self, end: int) -> None:
        """Request what comes after a read, in requests of full length."""
        at = max(end, self._pieces[-1].end) if self._pieces else end
        goal = min(end + self._window.size, self._size)
        while at < goal:
            to = min(at + self._length, self._size)
            if to > goal or self._writer.overlaps(at, to):
                break
            self._piece(at, to, False)
            at = to

    def _take(self, at: int, target: memoryview) -> int:
        """Copy what the pieces have, and drop those that are used up."""
        done, count = 0, len(target)
        while done < count and self._pieces:
            if not self._arrives(at + done, at + count, done > 0):
                break
            piece = self._pieces[0]
            start = at - piece.offset
            some = memoryview(piece.memory)[start + done : start + count]
            target[done : done + len(some)] = some
            done += len(some)
            if at + done == piece.end:
                self._drop(self._pieces.popleft())
        return done

    def _arrives(self, at: int, end: int, can_stop: bool) -> bool:
        """Wait for the first piece, of which a range is needed.

        A piece that was read ahead may have failed in a part that nobody
        needs, or for a reason that is over.  Then only this range is read.
        """
        piece = self._pieces[0]
        if piece.command.done and not piece.command.error:
            return True
        try:
            self._driver.wait(piece.command)
        except nbd.Error:
            self.forget_all()
            self._window.close()
            if can_stop:
                return False
            if piece.wanted:
                raise
            end = min(end + -end % self._block, piece.end)
            self._piece(at - at % self._block, end, True)
            return self._arrives(at, end, False)
        self._window.waited(at)
        return True

    def _wait(self, done: int, commands: list[Command], lengths: list[int]) -> int:
        """Wait for direct reads.  An error is raised only if nothing comes before
        it."""
        first = done
        for command, length in zip(commands, lengths):
            try:
                self._driver.wait(command)
            except nbd.Error:
                self.forget_all()
                self._window.close()
                if done == 0:
                    raise
                break
            done += length
        return done - first
