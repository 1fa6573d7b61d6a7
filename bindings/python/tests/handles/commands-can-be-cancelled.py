# SPDX-License-Identifier: MIT
"""Cancelling ends a command without a reply, once, in each form."""

import ctypes
import errno
import threading
import time

import nbd
import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        support.requires("nbdkit")
        self.serve("--filter=delay", "null", "1M", "delay-read=60")

    def test_asynchronous(self) -> None:
        errors: list[int] = []

        def completed(err: ctypes.c_int) -> int:
            errors.append(err.value)
            return 1

        cookie = self.h.aio_pread(nbd.Buffer(512), 0, completed)
        self.assertTrue(self.h.aio_cancel(cookie))
        self.assertEqual(errors, [errno.ECANCELED])
        self.assertFalse(self.h.aio_cancel(cookie))
        self.assertEqual(self.h.aio_in_flight(), 0)

    def test_blocking(self) -> None:
        self.assertFalse(self.h.cancel())
        reader = threading.Thread(
            target=self.fails, args=("ECANCELED", self.h.pread, 512, 0)
        )
        reader.start()
        while not self.h.cancel():
            time.sleep(0)
        reader.join()
        self.assertFalse(self.h.cancel())


support.main()
