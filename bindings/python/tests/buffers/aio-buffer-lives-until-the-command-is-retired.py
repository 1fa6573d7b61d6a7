# SPDX-License-Identifier: MIT
"""The buffer of a command lives while the library may use it, and no longer."""

import weakref

import nbd
import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = support.Server()
        self.h.connect_socket(self.server.client)

    def test_without_completion(self) -> None:
        buffer = nbd.Buffer(512)
        alive = weakref.ref(buffer)
        cookie = self.h.aio_pread(buffer, 0)
        del buffer
        self.finish()
        self.assertIsNotNone(alive())
        self.assertTrue(self.h.aio_command_completed(cookie))
        self.assertIsNone(alive())

    def test_retired_by_its_completion(self) -> None:
        buffer = nbd.Buffer(512)
        alive = weakref.ref(buffer)
        self.h.aio_pread(buffer, 0, lambda err: 1)
        del buffer
        self.assertIsNotNone(alive())
        self.finish()
        self.assertIsNone(alive())

    def test_handle_closed(self) -> None:
        self.server.gate.clear()
        buffer = nbd.Buffer(512)
        alive = weakref.ref(buffer)
        self.h.aio_pread_structured(buffer, 0, lambda *args: None)
        del buffer
        self.assertIsNotNone(alive())
        self.h.close()
        self.server.gate.set()
        self.assertIsNone(alive())

    def test_bytearray_cannot_be_resized_meanwhile(self) -> None:
        data = bytearray(512)
        self.h.aio_pread(data, 0, lambda err: 1)
        with self.assertRaises(BufferError):
            data.clear()
        self.finish()
        self.assertEqual(data, b"x" * 512)
        data.clear()


support.main()
