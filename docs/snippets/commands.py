# SPDX-License-Identifier: MIT
"""Examples: reading, writing, and the end."""

from __future__ import annotations

import ctypes
import os

import nbd
from snippets import connected


# NBD.pread
@connected
def pread(h: nbd.NBD) -> None:
    sector = h.pread(512, 0)
    if sector[510:] == b"\x55\xaa":
        print("the disk has a master boot record")


# NBD.aio_pread
@connected
def aio_pread(h: nbd.NBD) -> None:
    blocks = [nbd.Buffer(4096) for _ in range(16)]
    count = 0

    def read_done(error: ctypes.c_int) -> int:
        nonlocal count
        count += error.value == 0
        return 1  # retire the command: nobody asks for its cookie

    for i, block in enumerate(blocks):
        h.aio_pread(block, i * 4096, read_done)
    while h.aio_in_flight() > 0:
        h.poll(-1)
    print(f"{count} of {len(blocks)} blocks were read")


# NBD.pread_structured
@connected
def pread_structured(h: nbd.NBD) -> None:
    def show_piece(
        piece: memoryview, offset: int, status: int, error: ctypes.c_int
    ) -> int:
        if status == nbd.READ_ERROR:
            print(f"{offset}: {os.strerror(error.value)}")
        else:
            kind = "a hole" if status == nbd.READ_HOLE else "data"
            print(f"{offset}: {len(piece)} bytes, {kind}")
        return 0

    data = h.pread_structured(1024 * 1024, 0, show_piece)
    print(f"{len(data)} bytes were read")


# NBD.aio_pread_structured
@connected
def aio_pread_structured(h: nbd.NBD) -> None:
    buf = nbd.Buffer(1024 * 1024)
    holes = 0

    def count_holes(
        piece: memoryview, offset: int, status: int, error: ctypes.c_int
    ) -> int:
        nonlocal holes
        if status == nbd.READ_HOLE:
            holes += len(piece)
        return 0

    cookie = h.aio_pread_structured(buf, 0, count_holes)
    while not h.aio_command_completed(cookie):
        h.poll(-1)
    print(f"{holes} bytes are in holes")


# NBD.pwrite
@connected
def pwrite(h: nbd.NBD) -> None:
    # With FUA it is on stable storage when the call returns.
    fua = nbd.CMD_FLAG_FUA if h.can_fua() else 0
    h.pwrite(b"hello".ljust(512, b"\0"), 4096, fua)


# NBD.aio_pwrite
@connected
def aio_pwrite(h: nbd.NBD) -> None:
    buf = nbd.Buffer.from_bytearray(b"hello".ljust(65536, b"\0"))

    def write_done(error: ctypes.c_int) -> int:
        if error.value != 0:
            print(f"cannot write: {os.strerror(error.value)}")
        return 1  # retire the command: nobody asks for its cookie

    h.aio_pwrite(buf, 0, write_done)
    while h.aio_in_flight() > 0:
        h.poll(-1)


# NBD.flush
@connected
def flush(h: nbd.NBD) -> None:
    if h.can_flush():
        try:
            h.flush()
        except nbd.Error as error:
            print(f"the last writes may be lost: {error}")


# NBD.aio_flush
@connected
def aio_flush(h: nbd.NBD) -> None:
    def flush_done(error: ctypes.c_int) -> int:
        if error.value != 0:
            why = os.strerror(error.value)
            print(f"the last writes may be lost: {why}")
        return 1

    # Put the writes that have completed on stable storage.
    if h.can_flush():
        h.aio_flush(flush_done)
    while h.aio_in_flight() > 0:
        h.poll(-1)


# NBD.trim
@connected
def trim(h: nbd.NBD) -> None:
    if h.can_trim():
        h.trim(1024 * 1024, 16 * 1024 * 1024)


# NBD.aio_trim
@connected
def aio_trim(h: nbd.NBD) -> None:
    def trim_done(error: ctypes.c_int) -> int:
        if error.value != 0:
            print(f"cannot trim: {os.strerror(error.value)}")
        return 1

    if h.can_trim():
        h.aio_trim(1024 * 1024, 16 * 1024 * 1024, trim_done)
    while h.aio_in_flight() > 0:
        h.poll(-1)


# NBD.cache
@connected
def cache(h: nbd.NBD) -> None:
    # We are going to read the first mebibyte soon.
    if h.can_cache():
        h.cache(1024 * 1024, 0)


# NBD.aio_cache
@connected
def aio_cache(h: nbd.NBD) -> None:
    # The server fetches the next mebibyte while we read from this;
    # it is only a hint, so a failure does not matter.
    if h.can_cache():
        h.aio_cache(1024 * 1024, 1024 * 1024, lambda error: 1)
    h.pread(4096, 0)


# NBD.zero
@connected
def zero(h: nbd.NBD) -> None:
    # The range reads as zeroes, and stays allocated.
    h.zero(1024 * 1024, 0, nbd.CMD_FLAG_NO_HOLE)


# NBD.aio_zero
@connected
def aio_zero(h: nbd.NBD) -> None:
    cookie = h.aio_zero(1024 * 1024, 0)
    while not h.aio_command_completed(cookie):  # raises if it failed
        h.poll(-1)


# NBD.shutdown
@connected
def shutdown(h: nbd.NBD) -> None:
    # Flush what was written, then close the connection.
    if h.can_flush():
        h.flush()
    h.shutdown()


# NBD.aio_disconnect
@connected
def aio_disconnect(h: nbd.NBD) -> None:
    h.aio_disconnect()
    while not h.aio_is_closed() and not h.aio_is_dead():
        h.poll(-1)
