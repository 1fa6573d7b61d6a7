# SPDX-License-Identifier: MIT
"""A Buffer is made of bytes and gives them back, as a copy or shared."""

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
        buffer = nbd.Buffer.from_buffer(source)
        buffer.to_buffer()[0] = 7
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
        view = buffer.to_buffer()
        view[1:3] = b"xy"
        del view
        self.assertEqual(memoryview(buffer), b"\0xy\0")


support.main()
