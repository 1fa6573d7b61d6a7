# SPDX-License-Identifier: MIT
"""A shared bytearray can be resized, but not while a command uses it."""

import gc
import weakref
from typing import Any

import nbd
import support


class Data(bytearray):
    """A bytearray that can refer to the buffer that shares it."""

    buffer: Any


class Test(support.Case):
    def test_size_follows(self) -> None:
        data = bytearray(b"abc")
        buffer = nbd.Buffer.from_buffer(data)
        data += b"def"
        self.assertEqual((len(buffer), buffer.size()), (6, 6))
        self.assertEqual(buffer.to_bytearray(), b"abcdef")
        data.clear()
        self.assertEqual(len(buffer), 0)
        self.assertTrue(buffer.is_zero())

    def test_command_sees_the_size_of_its_moment(self) -> None:
        self.h.connect_socket(support.Server().client)
        data = bytearray()
        buffer = nbd.Buffer.from_buffer(data)
        for size in (512, 1024, 64):
            data[:] = bytes(size)
            self.h.aio_pread(buffer, 0, lambda err: 1)
            with self.assertRaises(BufferError):
                data.append(0)
            self.finish()
            self.assertEqual(data, b"x" * size)
        data.append(0)

    def test_view_holds_it(self) -> None:
        data = bytearray(b"abc")
        view = memoryview(nbd.Buffer.from_buffer(data))  # type: ignore[arg-type]
        self.assertRaises(BufferError, data.append, 0)
        view[0] = 0
        view.release()
        data.append(1)
        self.assertEqual(data, b"\0bc\1")

    def test_object_that_is_gone(self) -> None:
        view = memoryview(bytearray(8))
        buffer = nbd.Buffer.from_buffer(view)
        view.release()
        with self.assertRaises(ValueError):
            len(buffer)
        self.assertRaises(ValueError, buffer.size)
        self.assertRaises(ValueError, buffer.to_bytearray)
        self.assertRaises(ValueError, buffer.is_zero)
        self.assertIn("Buffer", repr(buffer))

    def test_object_that_will_not_do(self) -> None:
        self.assertRaises(TypeError, nbd.Buffer.from_buffer, 5)
        apart = memoryview(bytearray(8))[::2]
        self.assertRaises(BufferError, nbd.Buffer.from_buffer, apart)
        self.h.connect_socket(support.Server().client)
        constant = nbd.Buffer.from_buffer(b"abc")
        self.assertRaises(BufferError, self.h.aio_pread, constant, 0)

    def test_garbage_cycle(self) -> None:
        data = Data(8)
        data.buffer = nbd.Buffer.from_buffer(data)
        alive = weakref.ref(data.buffer)
        del data
        gc.collect()
        self.assertIsNone(alive())


support.main()
