#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Copy from one NBD server to another, with many requests in flight.

usage: async_copy.py SOURCE-URI DESTINATION-URI

A block that was read is written from the same buffer, in the callback that
says that the read has finished.  One poll loop drives both connections.
"""

import ctypes
import os
import select
import sys

import nbd

BLOCK = 256 << 10
IN_FLIGHT = 32


class Copy:
    """A running copy from one handle to another."""

    def __init__(self, src: nbd.NBD, dst: nbd.NBD) -> None:
        self.src, self.dst = src, dst
        self.size = src.get_size()
        self.next = 0  # bytes
        self.blocks = 0  # being read or written
        self.error = 0

    def start_reads(self) -> None:
        while self.next < self.size and self.blocks < IN_FLIGHT and not self.error:
            self.read(self.next, min(BLOCK, self.size - self.next))

    def read(self, offset: int, length: int) -> None:
        buffer = nbd.Buffer(length)
        self.next += length
        self.blocks += 1

        def read_done(err: ctypes.c_int) -> int:
            # The callback must not call its own handle, but may call another.
            if err.value or self.error:
                return self.block_done(err)
            try:
                self.dst.aio_pwrite(buffer, offset, self.block_done)
            except nbd.Error as error:  # which must not leave a callback
                err.value = error.errnum
                return self.block_done(err)
            return 1

        self.src.aio_pread(buffer, offset, read_done)

    def block_done(self, err: ctypes.c_int) -> int:
        """A block was written, or an error prevents that."""
        self.error = self.error or err.value
        self.blocks -= 1
        return 1  # retire the command: its result is not collected

    def run(self) -> None:
        self.start_reads()
        while self.blocks > 0:
            poll = select.poll()
            for h in (self.src, self.dst):
                wanted = h.aio_get_direction()
                events = select.POLLIN if wanted & nbd.AIO_DIRECTION_READ else 0
                if wanted & nbd.AIO_DIRECTION_WRITE:
                    events |= select.POLLOUT
                poll.register(h.aio_get_fd(), events)
            ready = dict(poll.poll())
            for h in (self.src, self.dst):
                happened = ready.get(h.aio_get_fd(), 0)
                if happened & ~select.POLLOUT:  # a hang-up is for reading too
                    h.aio_notify_read()
                elif happened:
                    h.aio_notify_write()
            self.start_reads()


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with nbd.NBD() as src, nbd.NBD() as dst:
        src.connect_uri(sys.argv[1])
        dst.connect_uri(sys.argv[2])
        copy = Copy(src, dst)
        copy.run()
        if copy.error:
            sys.exit(f"async_copy.py: {os.strerror(copy.error)}")
        if dst.can_flush():
            dst.flush()
        print(f"{copy.size} bytes copied")


if __name__ == "__main__":
    try:
        main()
    except nbd.Error as error:
        sys.exit(f"async_copy.py: {error}")
