# SPDX-License-Identifier: MIT
"""Calls, callbacks and failures release every object that they create."""

import gc
import sys

import nbd
import support

ROUNDS = 1000
SLACK = ROUNDS // 2  # the interpreter may keep this many; a leak is more


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = support.Server()
        self.h.connect_socket(self.server.client)

    def broken(self, *args: object) -> None:
        raise KeyError

    def work(self) -> None:
        h = self.h
        h.pread(64, 0)
        h.pread_structured(64, 0, lambda *args: None)
        h.aio_pread(nbd.Buffer(64), 0, lambda err: 1)
        h.aio_pread_structured(bytearray(64), 0, lambda *args: 0, lambda err: 1)
        self.finish()
        with support.Unraisable():
            self.refused(h.pread_structured, 64, 0, self.broken)
        self.refused(h.pread, 64, 1 << 40)
        self.refused(h.pread, 64, -1)
        self.refused(h.pread, 64, "0")
        self.refused(h.set_export_name, "late")
        self.refused(h.connect_command, ["true", "1"])
        self.refused(h.connect_command, ["true", 1])
        self.refused(h.aio_connect, ("::1", 10809))
        self.refused(h.aio_connect, "/socket")
        self.refused(h.aio_connect_unix, "/socket")
        self.refused(h.aio_pread, bytes(8), 0, lambda err: 1)
        self.refused(h.aio_pread, bytearray(8), -1, lambda err: 1)
        self.refused(h.aio_block_status, 8, 0, print, lambda err: 1)
        h.set_debug_callback(lambda *args: None)
        h.get_export_name()
        nbd.Buffer.from_buffer(nbd.Buffer.from_bytearray(b"abc")).to_buffer()
        nbd.NBD().set_debug_callback(self.broken)

    def refused(self, call: object, *args: object) -> None:
        try:
            call(*args)  # type: ignore[operator]
        except (nbd.Error, TypeError, ValueError, OverflowError, BufferError):
            return
        raise AssertionError(f"{call} succeeded")

    def test(self) -> None:
        for _ in range(10):
            self.work()
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(ROUNDS):
            self.work()
        gc.collect()
        self.assertLess(sys.getallocatedblocks() - before, SLACK)


support.main()
