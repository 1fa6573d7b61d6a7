# SPDX-License-Identifier: MIT
"""A blocking read takes a length and returns a bytearray of that length."""

import support


class Test(support.Case):
    def test(self) -> None:
        self.serve("pattern", "1M")
        data = self.h.pread(24, 8)
        self.assertIs(type(data), bytearray)
        want = b"".join(n.to_bytes(8, "big") for n in (8, 16, 24))
        self.assertEqual(data, want)
        self.assertEqual(self.h.pread(count=8, offset=16, flags=0), want[8:16])


support.requires("nbdkit")
support.main()
