# SPDX-License-Identifier: MIT
"""A completion callback retires its command, leaves it, or makes it fail."""

import ctypes

import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = support.Server()
        self.h.connect_socket(self.server.client)

    def test_1_retires(self) -> None:
        cookie = self.h.aio_pread(bytearray(8), 0, lambda err: 1)
        self.finish()
        self.assertIs(self.h.aio_command_completed(cookie), False)

    def test_none_leaves(self) -> None:
        seen: list[ctypes.c_int] = []
        cookie = self.h.aio_pread(bytearray(8), 0, seen.append)
        self.finish()
        self.assertEqual([err.value for err in seen], [0])
        self.assertIs(self.h.aio_command_completed(cookie), True)

    def test_an_error_fails(self) -> None:
        def fail(err: ctypes.c_int) -> int:
            err.value = 28
            return -1

        cookie = self.h.aio_pread(bytearray(8), 0, completion=fail)
        self.finish()
        self.fails("ENOSPC", self.h.aio_command_completed, cookie)


support.main()
