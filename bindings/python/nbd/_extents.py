# SPDX-License-Identifier: MIT
"""The map of a range of an export, as extents.

Servers reply to a block status request with as much as they want, for each
metadata context separately.  Walk says what to ask for next and combines the
replies.  It does no input or output, so it can be used with any way of
waiting:

    walk = Walk(h, "disk.extents", offset, length, contexts)
    while (request := walk.request()) is not None:
        reply = walk.reply()
        h.block_status_64(*request, reply.extent)
        yield from walk.accept(reply)

extents() does this for a plain handle, and sends requests ahead.
"""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import nbd
from nbd._wait import Command, Driver

_KEPT = 64  # combinations of flags whose mapping is cached


class Extent(NamedTuple):
    """A part of an export whose flags are the same everywhere.

    offset and length are in bytes.  contexts has the flags of each metadata
    context that was asked for, by its name and in the order asked.  flags are
    those of the first context.
    """

    offset: int
    length: int
    flags: int
    contexts: Mapping[str, int]

    @property
    def end(self) -> int:
        """The offset of the end, where the next extent begins."""
        return self.offset + self.length

    @property
    def hole(self) -> bool:
        """Whether base:allocation says that nothing is allocated for it."""
        return bool(self._allocation() & nbd.STATE_HOLE)

    @property
    def zero(self) -> bool:
        """Whether base:allocation says that it reads as zeroes."""
        return bool(self._allocation() & nbd.STATE_ZERO)

    @property
    def data(self) -> bool:
        """Whether it may hold data: base:allocation does not say that it is zero."""
        return not self.zero

    @property
    def dirty(self) -> bool:
        """Whether one of QEMU's dirty bitmaps that were asked for says that it
        was changed."""
        bitmaps = [
            flags
            for name, flags in self.contexts.items()
            if name.startswith(nbd.CONTEXT_QEMU_DIRTY_BITMAP)
        ]
        if not bitmaps:
            raise self._unknown(f"{nbd.CONTEXT_QEMU_DIRTY_BITMAP}...")
        return any(flags & nbd.STATE_DIRTY for flags in bitmaps)

    def _allocation(self) -> int:
        try:
            return self.contexts[nbd.CONTEXT_BASE_ALLOCATION]
        except KeyError:
            raise self._unknown(nbd.CONTEXT_BASE_ALLOCATION) from None

    def _unknown(self, name: str) -> ValueError:
        return ValueError(
            f"an extent of {', '.join(self.contexts)} knows nothing of {name}:"
            " ask for that, too"
        )


class Reply:
    """Collects the server's reply to one request."""

    def __init__(self, offset: int, wanted: Sequence[str] | None) -> None:
        self.offset = offset
        self.entries: dict[str, list[tuple[int, int]]] = {}
        self._wanted = wanted

    def extent(
        self,
        context: str,
        offset: int,
        entries: list[tuple[int, int]],
        err: ctypes.c_int,
    ) -> None:
        """Collect extents: the callback to pass with the request.

        After a reconnect, the library may report everything again, from the
        beginning.
        """
        if self._wanted is not None and context not in self._wanted:
            return
        if offset == self.offset:
            self.entries[context] = entries
        elif context in self.entries and offset == self.end(context):
            self.entries[context] += entries

    def end(self, context: str) -> int:
        """Return the end of what the server has reported for a context."""
        return self.offset + sum(length for length, _ in self.entries[context])


class Walk:
    """Iterates over a range: the next request, and the extents of each reply.

    One request may be in flight while the extents of the previous reply are
    used.  So at most two replies are kept.
    """

    def __init__(
        self,
        h: nbd.NBD,
        caller: str,
        offset: int = 0,
        length: int | None = None,
        contexts: str | Iterable[str] | None = None,
    ) -> None:
        """Prepare for a range of a connected handle.

        Errors begin with caller.
        """
        self._caller = caller
        size = h.get_size()
        if length is None:
            length = max(size - offset, 0)
        if offset < 0 or length < 0 or offset + length > size:
            raise self._error(
                errno.EINVAL,
                f"the range of {length} bytes at {offset} is not inside the export,"
                f" whose size is {size}",
            )
        self._size = size
        self._block = h.get_block_size(nbd.SIZE_MINIMUM) or 1
        self._at, self._end = offset, offset + length
        asked = [h.get_meta_context(i) for i in range(h.get_nr_meta_contexts())]
        self._negotiated = [name for name in asked if h.can_meta_context(name)]
        self._names = self._choose(h, contexts)
        self._last: tuple[int, int, tuple[int, ...]] | None = None
        self._mappings: dict[tuple[int, ...], Mapping[str, int]] = {}

    def _error(self, number: int, text: str) -> nbd.Error:
        return nbd.Error(f"{self._caller}: {text}", number)

    def _choose(
        self, h: nbd.NBD, contexts: str | Iterable[str] | None
    ) -> list[str] | None:
        """Return the names that were asked for, or None for all that the server
        reports."""
        if contexts is None:
            return None
        names = [contexts] if isinstance(contexts, str) else list(contexts)
        names = list(dict.fromkeys(names))
        if not names:
            raise self._error(errno.EINVAL, "the list of contexts is empty")
        for name in names:
            if not h.can_meta_context(name):
                known = ", ".join(self._negotiated) or "none"
                raise self._error(
                    errno.EINVAL,
                    f"the context {name} was not negotiated: contexts must be asked"
                    " for before connecting, with add_meta_context, and the server"
                    f" must have them; of those asked for it granted: {known}",
                )
        return names

    def request(self) -> tuple[int, int] | None:
        """Return the count and offset of the next request, or None at the end.

        Without extended headers, the library itself shortens the request to
        what fits.
        """
        if self._at >= self._end:
            return None
        start = self._at - self._at % self._block
        end = min(self._end + -self._end % self._block, self._size)
        return end - start, start

    def reply(self) -> Reply:
        """Return an object that collects the reply to the next request."""
        return Reply(self._at - self._at % self._block, self._names)

    def accept(self, reply: Reply) -> Iterator[Extent]:
        """Continue after the end of the reply, and return its extents.

        Use all of these before those of another reply.  The last extent waits
        for the next reply, because it may be longer.
        """
        if self._names is None:
            known = [name for name in self._negotiated if name in reply.entries]
            self._names = list(dict.fromkeys([*known, *reply.entries]))
        for name in self._names or ["(any)"]:
            if name not in reply.entries:
                raise self._error(
                    errno.EPROTO,
                    f"the server's answer at offset {reply.offset} leaves out the"
                    f" context {name}",
                )
        start = self._at
        self._at = min(self._end, *(reply.end(name) for name in self._names))
        if self._at <= start:
            raise self._error(
                errno.EPROTO,
                f"the server's answer at offset {reply.offset} tells nothing about"
                f" offset {start}",
            )
        return self._extents(reply, start, self._at)

    def _extents(self, reply: Reply, start: int, end: int) -> Iterator[Extent]:
        last = self._last
        for at, to, flags in _cut(self._lists(reply), reply.offset, start, end):
            if last is not None and last[2] == flags:
                last = last[0], to, flags
                continue
            if last is not None:
                yield self._extent(*last)
            last = at, to, flags
        if last is not None and end == self._end:
            yield self._extent(*last)
            last = None
        self._last = last

    def _lists(self, reply: Reply) -> list[list[tuple[int, int]]]:
        return [reply.entries[name] for name in self._names or ()]

    def _extent(self, at: int, to: int, flags: tuple[int, ...]) -> Extent:
        mapping = self._mappings.get(flags)
        if mapping is None:
            if len(self._mappings) >= _KEPT:
                self._mappings.clear()
            mapping = dict(zip(self._names or (), flags))
            self._mappings[flags] = mapping
        return Extent(at, to - at, flags[0], mapping)


def _cut(
    lists: list[list[tuple[int, int]]], offset: int, start: int, end: int
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Return start, end and flags of each piece, cut wherever a list is cut.

    All lists begin at offset and reach end.  Pieces before start are left out.
    """
    entries = [iter(some) for some in lists]
    ends = [offset] * len(lists)
    flags = [0] * len(lists)
    at = start
    while at < end:
        for i, to in enumerate(ends):
            while to <= at:
                length, flags[i] = next(entries[i])
                to += length
            ends[i] = to
        to = min(end, *ends)
        yield at, to, tuple(flags)
        at = to


def extents(
    h: nbd.NBD,
    offset: int = 0,
    length: int | None = None,
    contexts: str | Iterable[str] | None = None,
) -> Iterator[Extent]:
    """Iterate over the extents of a range of an export.

        h = nbd.NBD()
        h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
        h.connect_uri("nbd://localhost")
        for extent in nbd.extents(h):
            if extent.data:
                print(extent.offset, extent.length)

    The extents are adjacent and together cover the range: length bytes from
    offset on, or everything up to the end.  Adjacent extents always differ.

    contexts is the name of a metadata context or several names.  Without it,
    all negotiated contexts are used.  With several contexts, there is a cut
    wherever one of them has a cut, and the attribute contexts of each extent
    has the flags of all.

    While the program uses the extents of one reply, the next request is in
    flight.  It is cancelled if the iterator is left early.  Memory is needed
    for two replies, however large the disk is.

    Errors: ENOTSUP if there are no contexts, EINVAL for a context that was not
    negotiated and for a range outside the export, EPROTO if a reply of the
    server lacks what was asked for, and the errors of the server.
    """
    return _ask_ahead(h, Walk(h, "nbd.extents", offset, length, contexts))


def _ask_ahead(h: nbd.NBD, walk: Walk) -> Iterator[Extent]:
    with Driver(h) as driver:
        asked = _ask(driver, walk)
        try:
            while asked is not None:
                command, reply = asked
                driver.wait(command)
                some = walk.accept(reply)
                asked = _ask(driver, walk)
                yield from some
        finally:
            if asked is not None:
                driver.cancel(asked[0])


def _ask(driver: Driver, walk: Walk) -> tuple[Command, Reply] | None:
    request = walk.request()
    if request is None:
        return None
    reply = walk.reply()
    command = Command(driver)
    command.cookie = driver.h.aio_block_status_64(
        *request, reply.extent, command.completed
    )
    return command, reply
