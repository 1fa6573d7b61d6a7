#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Read a qcow2 file: its size, its first bytes, and which parts hold data.

usage: read_qcow2.py FILE [COUNT]

qemu-nbd reads the format.  The library starts it and hands it a listening
socket (systemd socket activation), so no port, socket file or root is needed,
and qemu-nbd ends when the handle is closed.
"""

import ctypes
import sys

import nbd

# Bits of the context base:allocation, as words.
KINDS = {
    0: "data",
    nbd.STATE_ZERO: "zero, allocated",
    nbd.STATE_HOLE: "hole",
    nbd.STATE_HOLE | nbd.STATE_ZERO: "hole, zero",
}
STEP = 1 << 30  # how much to ask about at once


def hex_dump(data: bytes) -> None:
    for at in range(0, len(data), 16):
        row = data[at:][:16]
        text = "".join(chr(c) if 32 <= c < 127 else "." for c in row)
        print(f"  {at:08x}  {row.hex(' '):47}  {text}")


def allocation(h: nbd.NBD, size: int) -> list[tuple[int, int]]:
    """All extents of the disk, each a length and its flags."""
    extents: list[tuple[int, int]] = []
    end = 0

    def extent(
        context: str, offset: int, entries: list[tuple[int, int]], err: ctypes.c_int
    ) -> None:
        nonlocal end
        end = offset
        for length, flags in entries:
            end += length
            if extents and extents[-1][1] == flags:
                length += extents.pop()[0]
            extents.append((length, flags))

    while end < size:  # the server decides how far it answers
        h.block_status_64(min(STEP, size - end), end, extent)
    return extents


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    file, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 64

    with nbd.NBD() as h:
        h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
        h.connect_systemd_socket_activation(
            ["qemu-nbd", "--read-only", "--format=qcow2", file]
        )
        size = h.get_size()
        print(f"{size} bytes")

        print("first bytes:")
        hex_dump(h.pread(min(count, size), 0) if min(count, size) else b"")

        print("allocation:")
        if h.can_meta_context(nbd.CONTEXT_BASE_ALLOCATION):
            at = 0
            for length, flags in allocation(h, size):
                print(f"  {at:>12} {length:>12}  {KINDS[flags & 3]}")
                at += length
        else:
            print("  the server cannot tell")
        h.shutdown()


if __name__ == "__main__":
    try:
        main()
    except nbd.Error as error:
        sys.exit(f"read_qcow2.py: {error}")
