# SPDX-License-Identifier: MIT
"""A new buffer is cleared before its memory can be seen or sent.

After that, buffers of libnbd have an attribute _init, which programs use.
"""

from typing import Any, Callable

import nbd
import support

SIZE = 4096


def fresh() -> Any:
    """Return a buffer of memory that was used before."""
    dirty = [bytearray(b"dirt" * (SIZE // 4)) for _ in range(100)]
    del dirty
    return nbd.Buffer(SIZE)


class Test(support.Case):
    def test_ways_to_look(self) -> None:
        ways: list[Callable[[Any], object]] = [
            lambda buffer: buffer.to_buffer(),
            lambda buffer: buffer._o,
            lambda buffer: buffer.to_bytearray(),
            bytes,
            memoryview,
        ]
        for way in ways:
            buffer = fresh()
            self.assertEqual(len(buffer), SIZE)
            self.assertFalse(hasattr(buffer, "_init"))
            self.assertEqual(way(buffer), bytes(SIZE))
            self.assertTrue(buffer._init)
        self.assertTrue(fresh().is_zero(1))
        other: Any = nbd.Buffer.from_bytearray(b"abc")
        self.assertTrue(other._init)

    def test_written(self) -> None:
        support.requires("nbdkit")
        self.serve("memory", "1M")
        self.h.pwrite(b"x" * SIZE, 0)
        self.h.aio_pwrite(fresh(), 0, lambda err: 1)
        self.finish()
        self.assertEqual(self.h.pread(SIZE, 0), bytes(SIZE))

    def test_not_read(self) -> None:
        self.h.set_pread_initialize(False)
        buffer = fresh()
        self.fails("ENOTCONN", self.h.aio_pread, buffer, 0)
        self.assertEqual(buffer.to_bytearray(), bytes(SIZE))
        buffer = fresh()
        self.assertRaises(TypeError, self.h.aio_pread, buffer, 0, "not callable")
        self.assertEqual(buffer.to_bytearray(), bytes(SIZE))


support.main()
