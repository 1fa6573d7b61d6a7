# SPDX-License-Identifier: MIT
"""Chunk callbacks get read-only slices of the memory that is read into."""

import array
import ctypes

import nbd
import support

Chunk = tuple[memoryview, int, int]


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.chunks: list[Chunk] = []
        self.serve("data", "size=128k", "data=1 2 3 @65536 4 5 6")

    def chunk(
        self, subbuf: memoryview, offset: int, status: int, err: ctypes.c_int
    ) -> None:
        self.assertTrue(subbuf.readonly)
        self.assertEqual(err.value, 0)
        self.chunks.append((subbuf, offset, status))

    def check(self, data: bytes) -> None:
        for subbuf, offset, status in self.chunks:
            self.assertIn(status, (nbd.READ_DATA, nbd.READ_HOLE))
            self.assertEqual(subbuf, data[offset:][: len(subbuf)])
        self.assertEqual(sum(len(chunk[0]) for chunk in self.chunks), len(data))

    def test_blocking(self) -> None:
        data = self.h.pread_structured(128 << 10, 0, self.chunk)
        self.assertEqual(data[65536:65539], bytes((4, 5, 6)))
        self.check(data)
        data[0] = 77
        self.assertEqual(min(self.chunks, key=lambda c: c[1])[0][0], 77)

    def test_asynchronous(self) -> None:
        data = array.array("H", bytes(128 << 10))
        self.h.aio_pread_structured(data, 0, self.chunk, lambda err: 1)
        self.finish()
        self.check(data.tobytes())

    def test_a_slice_outlives_the_read(self) -> None:
        data = self.h.pread_structured(512, 0, self.chunk)
        with self.assertRaises(BufferError):
            data.clear()
        copy = bytes(data)
        del data
        self.assertEqual(self.chunks[0][0], copy)


support.requires("nbdkit")
support.main()
