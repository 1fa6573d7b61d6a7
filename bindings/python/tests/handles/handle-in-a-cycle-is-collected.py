# SPDX-License-Identifier: MIT
"""A callback that refers to its own handle does not keep both alive forever."""

import ctypes
import gc
import weakref

import nbd
import support


class Test(support.Case):
    def test_debug_callback(self) -> None:
        def make() -> "weakref.ref[nbd.NBD]":
            h = nbd.NBD()
            h.set_debug_callback(lambda context, message: print(h, message))
            return weakref.ref(h)

        gc.disable()
        alive = make()
        self.assertIsNotNone(alive())
        gc.enable()
        gc.collect()
        self.assertIsNone(alive())

    def test_command_in_flight(self) -> None:
        server = support.Server()
        server.gate.clear()
        self.addCleanup(server.gate.set)
        closed: list[bool] = []

        def make() -> "weakref.ref[nbd.NBD]":
            h = nbd.NBD()
            h.connect_socket(server.client)

            def completion(err: ctypes.c_int) -> None:
                try:
                    h.aio_is_dead()
                except nbd.ClosedHandle:
                    closed.append(True)

            h.aio_pread_structured(
                nbd.Buffer(512), 0, lambda *args: print(h), completion
            )
            return weakref.ref(h)

        alive = make()
        gc.collect()
        self.assertIsNone(alive())
        self.assertEqual(closed, [True])

    def test_used_handle_is_kept(self) -> None:
        server = support.Server()
        server.gate.clear()
        self.h.connect_socket(server.client)
        done: list[object] = []
        self.h.aio_pread(bytearray(8), 0, lambda err: done.append(self.h))
        gc.collect()
        server.gate.set()
        self.finish()
        self.assertEqual(done, [self.h])


support.main()
