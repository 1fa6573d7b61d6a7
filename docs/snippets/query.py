# SPDX-License-Identifier: MIT
"""Examples: what the server and the export can do."""

from __future__ import annotations

import ctypes

import nbd
from snippets import connected, created, mapped


# NBD.get_size
@connected
def get_size(h: nbd.NBD) -> None:
    print(f"{h.get_size() // 2**20} MiB")


# NBD.get_block_size
@connected
def get_block_size(h: nbd.NBD) -> None:
    # Where the server does not say, other sizes are safe.
    minimum = h.get_block_size(nbd.SIZE_MINIMUM) or 512
    maximum = h.get_block_size(nbd.SIZE_MAXIMUM) or 32 * 1024 * 1024
    print(f"requests: multiples of {minimum}, up to {maximum}")


# NBD.get_canonical_export_name, NBD.get_export_description
@created
def get_export_description(h: nbd.NBD) -> None:
    h.set_full_info(True)  # else they are not requested
    h.connect_unix("nbd.sock")
    try:
        print(f"name: {h.get_canonical_export_name()}")
        print(f"description: {h.get_export_description()}")
    except nbd.Error as error:
        print(f"the server did not say: {error}")


# NBD.is_read_only
@connected
def is_read_only(h: nbd.NBD) -> None:
    if h.is_read_only():
        raise SystemExit("this export cannot be written")


# NBD.is_rotational
@connected
def is_rotational(h: nbd.NBD) -> None:
    # Disks with moving parts like requests in order.
    in_flight = 4 if h.is_rotational() else 64
    print(f"{in_flight} requests at once")


# NBD.can_flush
@connected
def can_flush(h: nbd.NBD) -> None:
    if h.can_flush():
        h.flush()


# NBD.can_fua
@connected
def can_fua(h: nbd.NBD) -> None:
    record = b"commit".ljust(512, b"\0")
    if h.can_fua():
        h.pwrite(record, 0, nbd.CMD_FLAG_FUA)
    else:
        h.pwrite(record, 0)
        h.flush()


# NBD.can_trim
@connected
def can_trim(h: nbd.NBD) -> None:
    if h.can_trim():
        h.trim(1024 * 1024, 0)


# NBD.can_zero
@connected
def can_zero(h: nbd.NBD) -> None:
    if h.can_zero():
        h.zero(65536, 0)
    else:
        h.pwrite(bytes(65536), 0)


# NBD.can_fast_zero
@connected
def can_fast_zero(h: nbd.NBD) -> None:
    # Clear the whole disk first, if that costs next to nothing.
    cleared = False
    if h.can_fast_zero():
        try:
            h.zero(h.get_size(), 0, nbd.CMD_FLAG_FAST_ZERO)
            cleared = True
        except nbd.Error as error:
            print(f"zeroes must be written: {error}")
    print("the disk is empty" if cleared else "it may hold old data")


# NBD.can_block_status_payload
@mapped
def can_block_status_payload(h: nbd.NBD) -> None:
    if h.can_block_status_payload():
        print("NBD.block_status_filter can be used")
    else:
        print("NBD.block_status_64 tells about all contexts")


# NBD.can_df
@connected
def can_df(h: nbd.NBD) -> None:
    def whole_read(
        piece: memoryview, offset: int, status: int, error: ctypes.c_int
    ) -> int:
        print(f"{len(piece)} bytes came in one piece")
        return 0

    df = nbd.CMD_FLAG_DF if h.can_df() else 0
    h.pread_structured(4096, 0, whole_read, df)


# NBD.can_multi_conn
@connected
def can_multi_conn(h: nbd.NBD) -> None:
    handles = 4 if h.can_multi_conn() else 1
    print(f"writing over {handles} connections")


# NBD.can_cache
@connected
def can_cache(h: nbd.NBD) -> None:
    # Let the server fetch what we are going to read.
    if h.can_cache():
        h.cache(1024 * 1024, 0)


# NBD.can_meta_context
@created
def can_meta_context(h: nbd.NBD) -> None:
    h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
    h.connect_unix("nbd.sock")
    if not h.can_meta_context(nbd.CONTEXT_BASE_ALLOCATION):
        raise SystemExit("the server cannot tell where data is")


# NBD.get_protocol
@connected
def get_protocol(h: nbd.NBD) -> None:
    print(f"handshake: {h.get_protocol()}")
