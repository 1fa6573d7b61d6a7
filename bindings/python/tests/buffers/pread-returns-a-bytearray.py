# SPDX-License-Identifier: MIT
"""A blocking read takes a length and returns a bytearray of that length."""

import errno

import nbd
import support


class Test(support.Case):
    def test(self) -> None:
        self.serve("pattern", "1M")
        data = self.h.pread(24, 8)
        self.assertIs(type(data), bytearray)
        want = b"".join(n.to_bytes(8, "big") for n in (8, 16, 24))
        self.assertEqual(data, want)
        self.assertEqual(self.h.pread(count=8, offset=16, flags=0), want[8:16])

    def too_much(self, count: int) -> str:
        with self.assertRaises(nbd.Error) as caught:
            self.h.pread(count, 0)
        self.assertEqual(caught.exception.errnum, errno.ERANGE)
        return caught.exception.string.removeprefix("nbd_pread: ")

    def test_more_than_a_request_can_have_takes_no_memory(self) -> None:
        self.serve("null", "6E")
        self.assertIn(f"count {6 << 60} exceeds", self.too_much(self.h.get_size()))
        # The words are those of the library.
        most = 64 << 20
        with self.assertRaises(nbd.Error) as caught:
            self.h.aio_pread(bytearray(most + 1), 0)
        self.assertEqual(
            caught.exception.string, f"nbd_aio_pread: {self.too_much(most + 1)}"
        )


support.requires("nbdkit")
support.main()
