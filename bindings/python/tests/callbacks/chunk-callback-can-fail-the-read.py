# SPDX-License-Identifier: MIT
"""A chunk callback that returns -1 fails the read with the errno it chose."""

import ctypes

import support


class Test(support.Case):
    def read(self, value: int, result: object) -> bytearray:
        def chunk(
            subbuf: memoryview, offset: int, status: int, err: ctypes.c_int
        ) -> object:
            err.value = value
            return result

        return self.h.pread_structured(512, 0, chunk)

    def test(self) -> None:
        server = support.Server()
        self.h.connect_socket(server.client)
        self.fails("EIO", self.read, 5, -1)
        self.fails("EPROTO", self.read, 0, -1)
        for result in (0, 1, None, "text", 1 << 80):
            self.assertEqual(self.read(5, result), b"x" * 512)


support.main()
