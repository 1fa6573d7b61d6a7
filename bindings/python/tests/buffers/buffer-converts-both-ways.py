# SPDX-License-Identifier: MIT
"""A Buffer is made from bytes and returns them, as a copy or shared."""

import array
from typing import Any

import nbd
import support


class Test(support.Case):
    def test_new(self) -> None:
        buffer: Any = nbd.Buffer(100)
        self.assertEqual((len(buffer), buffer.size()), (100, 100))
        self.assertEqual(bytes(buffer), bytes(100))
        self.assertEqual(len(nbd.Buffer(len=0)), 0)
        self.assertRaises(ValueError, nbd.Buffer, -1)
        self.assertRaises(TypeError, nbd.Buffer, "1")

    def test_from_bytearray_copies(self) -> None:
        source = bytearray(b"abc")
        buffer = nbd.Buffer.from_bytearray(source)
        source[0] = 0
        self.assertEqual(buffer.to_bytearray(), b"abc")

    def test_from_bytearray_takes_what_bytearray_takes(self) -> None:
        sources: list[Any] = [b"xyz", [1, 2], range(3), array.array("H", [1]), 5, 0]
        for source in sources:
            buffer = nbd.Buffer.from_bytearray(ba=source)
            self.assertEqual(buffer.to_bytearray(), bytearray(source))
        for bad in ("abc", None, 1.5):
            self.assertRaises(TypeError, nbd.Buffer.from_bytearray, bad)
        for value in (-1, [256]):
            self.assertRaises(ValueError, nbd.Buffer.from_bytearray, value)

    def test_to_bytearray_copies(self) -> None:
        buffer = nbd.Buffer.from_bytearray(b"abcdef")
        copy = buffer.to_bytearray()
        copy[0] = 0
        self.assertEqual(buffer.to_bytearray(), b"abcdef")
        self.assertEqual(buffer.to_bytearray(2), b"cdef")
        self.assertEqual(buffer.to_bytearray(offset=2, length=3), b"cde")
        for bad in ((7, 0), (-1, None), (3, 4), (0, -1)):
            self.assertRaises(IndexError, buffer.to_bytearray, *bad)

    def test_from_buffer_shares(self) -> None:
        source = array.array("H", [1, 2])
        buffer = nbd.Buffer.from_buffer(buf=source)
        self.assertIs(buffer.to_buffer(), source)
        memoryview(buffer).cast("H")[0] = 7  # type: ignore[arg-type]
        self.assertEqual(source[0], 7)
        source[1] = 0
        self.assertEqual(len(buffer), 4)
        self.assertTrue(buffer.is_zero(2))

    def test_from_constant(self) -> None:
        buffer: Any = nbd.Buffer.from_buffer(b"abc")
        self.assertTrue(memoryview(buffer).readonly)
        self.assertEqual(buffer.to_bytearray(), b"abc")

    def test_to_buffer_shares(self) -> None:
        buffer: Any = nbd.Buffer(4)
        own = buffer.to_buffer()
        self.assertEqual(own, bytearray(4))
        own[1:3] = b"xy"
        self.assertEqual(memoryview(buffer), b"\0xy\0")
        own += b"z"
        self.assertEqual(buffer.to_bytearray(), b"\0xy\0z")

    def test_types_derived_from_it(self) -> None:
        class Tagged(nbd.Buffer):
            def __init__(self, tag: object) -> None:
                super().__init__(8)
                self.tag = tag

        self.assertEqual((Tagged("a").tag, len(Tagged("a"))), ("a", 8))
        made: Any = Tagged.from_buffer(b"abc")
        self.assertEqual((made.tag, bytes(made)), (0, b"abc"))
        plain: Any = nbd.Buffer(8)
        plain.offset = 512
        self.assertEqual(plain.offset, 512)


support.main()
