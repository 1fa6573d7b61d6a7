# SPDX-License-Identifier: MIT
"""A blocking write takes any object with the buffer protocol."""

import array
import mmap
from typing import Any

import nbd
import support


class Test(support.Case):
    def test(self) -> None:
        self.serve("memory", "1M")
        area = mmap.mmap(-1, 5)
        area[:] = b"mmap!"
        buffers: tuple[Any, ...] = (
            b"bytes",
            bytearray(b"bytearray"),
            memoryview(b"a longer view")[2:8],
            array.array("I", [1, 2, 3]),
            area,
            nbd.Buffer.from_bytearray(bytearray(b"Buffer")),
        )
        for buffer in buffers:
            with self.subTest(type=type(buffer)):
                self.h.pwrite(buffer, 512, nbd.CMD_FLAG_FUA)
                want = bytes(buffer)
                self.assertEqual(self.h.pread(len(want), 512), want)

    def test_text_is_no_buffer(self) -> None:
        self.serve("memory", "1M")
        self.assertRaises(TypeError, self.h.pwrite, "text", 0)


support.requires("nbdkit")
support.main()
