# SPDX-License-Identifier: MIT
"""Examples: what is where on a disk."""

from __future__ import annotations

import ctypes

import nbd
from snippets import mapped


# NBD.block_status
@mapped
def block_status(h: nbd.NBD) -> None:
    def show_extents(
        context: str, offset: int, entries: list[int], error: ctypes.c_int
    ) -> int:
        # A length and its flags, one after the other.
        for length, flags in zip(entries[::2], entries[1::2]):
            print(f"{context}: {offset}+{length}: {flags}")
            offset += length
        return 0

    # NBD.block_status_64 does this for any length.
    h.block_status(1024 * 1024, 0, show_extents)


# NBD.aio_block_status
@mapped
def aio_block_status(h: nbd.NBD) -> None:
    data = 0

    def count_data(
        context: str, offset: int, entries: list[int], error: ctypes.c_int
    ) -> int:
        nonlocal data
        if context == nbd.CONTEXT_BASE_ALLOCATION:
            for length, flags in zip(entries[::2], entries[1::2]):
                data += 0 if flags & nbd.STATE_ZERO else length
        return 0

    cookie = h.aio_block_status(1024 * 1024, 0, count_data)
    while not h.aio_command_completed(cookie):
        h.poll(-1)
    print(f"at least {data} bytes of data")


# NBD.block_status_64
@mapped
def block_status_64(h: nbd.NBD) -> None:
    end = 0

    def note_end(
        context: str,
        offset: int,
        entries: list[tuple[int, int]],
        error: ctypes.c_int,
    ) -> int:
        nonlocal end
        if context == nbd.CONTEXT_BASE_ALLOCATION:
            for length, flags in entries:
                kind = "zero" if flags & nbd.STATE_ZERO else "data"
                print(f"{offset}: {length} bytes, {kind}")
                offset += length
            end = offset
        return 0

    # A server may answer for less than was asked: go on from there.
    size, start = h.get_size(), 0
    while start < size:
        end = size  # if there is no answer for this context
        h.block_status_64(size - start, start, note_end)
        start = end


# NBD.aio_block_status_64
@mapped
def aio_block_status_64(h: nbd.NBD) -> None:
    dirty = 0

    def add_dirty(
        context: str,
        offset: int,
        entries: list[tuple[int, int]],
        error: ctypes.c_int,
    ) -> int:
        nonlocal dirty
        if context == "qemu:dirty-bitmap:changes":
            for length, flags in entries:
                dirty += length if flags & nbd.STATE_DIRTY else 0
        return 0

    cookie = h.aio_block_status_64(h.get_size(), 0, add_dirty)
    while not h.aio_command_completed(cookie):
        h.poll(-1)
    print(f"at least {dirty} bytes have changed")


# NBD.block_status_filter
@mapped
def block_status_filter(h: nbd.NBD) -> None:
    def show_filtered(
        context: str,
        offset: int,
        entries: list[tuple[int, int]],
        error: ctypes.c_int,
    ) -> int:
        print(f"{context}: {entries}")
        return 0

    if h.can_block_status_payload():
        contexts = ["qemu:dirty-bitmap:changes"]
        h.block_status_filter(1024 * 1024, 0, contexts, show_filtered)
    else:  # this reports other contexts, too
        h.block_status_64(1024 * 1024, 0, show_filtered)


# NBD.aio_block_status_filter
@mapped
def aio_block_status_filter(h: nbd.NBD) -> None:
    def show_filtered(
        context: str,
        offset: int,
        entries: list[tuple[int, int]],
        error: ctypes.c_int,
    ) -> int:
        print(f"{context}: {entries}")
        return 0

    if h.can_block_status_payload():
        contexts = ["qemu:dirty-bitmap:changes"]
        h.aio_block_status_filter(1024 * 1024, 0, contexts, show_filtered)
    while h.aio_in_flight() > 0:
        h.poll(-1)
