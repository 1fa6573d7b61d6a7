# SPDX-License-Identifier: MIT
"""An asynchronous write takes its data from the buffer itself."""

import nbd
import support


class Test(support.Case):
    def test(self) -> None:
        self.serve("memory", "1M")
        shared = bytearray(b"later it is changed")
        buffer = nbd.Buffer.from_buffer(shared)
        shared[:5] = b"LATER"
        self.h.aio_pwrite(buffer, 0, completion=lambda err: 1)
        self.h.aio_pwrite(b"constant", 512, completion=lambda err: 1)
        self.h.aio_pwrite(shared, 1024, completion=lambda err: 1)
        self.finish()
        self.assertEqual(self.h.pread(19, 0), b"LATER it is changed")
        self.assertEqual(self.h.pread(8, 512), b"constant")
        self.assertEqual(self.h.pread(19, 1024), shared)


support.requires("nbdkit")
support.main()
