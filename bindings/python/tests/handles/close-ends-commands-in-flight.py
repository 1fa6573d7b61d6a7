# SPDX-License-Identifier: MIT
"""Closing calls the callbacks of commands in flight once, and frees them."""

import ctypes
import errno
import weakref

import nbd
import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = support.Server()
        self.server.gate.clear()
        self.addCleanup(self.server.gate.set)
        self.h.connect_socket(self.server.client)
        self.errors: list[int] = []

    def issue(self) -> "weakref.ref[object]":
        def completion(err: ctypes.c_int) -> None:
            self.errors.append(err.value)

        self.h.aio_pread(nbd.Buffer(512), 0, completion)
        return weakref.ref(completion)

    def check(self, alive: "weakref.ref[object]") -> None:
        self.assertEqual(self.errors, [errno.ENOTCONN])
        self.assertIsNone(alive())

    def test_close(self) -> None:
        alive = self.issue()
        self.assertIsNotNone(alive())
        self.h.close()
        self.check(alive)

    def test_last_reference(self) -> None:
        alive = self.issue()
        del self.h
        self.check(alive)


support.main()
