# SPDX-License-Identifier: MIT
"""An asynchronous read puts its data directly into the buffer that it was given."""

import nbd
import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.serve("pattern", "1M")
        self.want = self.h.pread(64, 1024)

    def test_buffer(self) -> None:
        buffer = nbd.Buffer(64)
        view = buffer.to_buffer()
        cookie = self.h.aio_pread(buffer, 1024)
        self.finish()
        self.assertIs(self.h.aio_command_completed(cookie), True)
        self.assertEqual(view, self.want)
        self.assertEqual(buffer.to_bytearray(), self.want)

    def test_other_objects(self) -> None:
        whole = bytearray(192)
        self.h.aio_pread(memoryview(whole)[64:128], 1024, lambda err: 1)
        self.finish()
        self.assertEqual(whole, bytes(64) + self.want + bytes(64))

    def test_read_only_memory_is_refused(self) -> None:
        self.assertRaises(BufferError, self.h.aio_pread, bytes(64), 0)
        self.assertEqual(self.h.aio_in_flight(), 0)


support.requires("nbdkit")
support.main()
