# SPDX-License-Identifier: MIT
"""Buffer.is_zero examines the given range, and checks the range."""

import nbd
import support


class Test(support.Case):
    def test_range(self) -> None:
        for length in (1, 2, 15, 16, 17, 4096, 65537):
            for place in {0, length // 2, length - 1}:
                buffer = nbd.Buffer(length)
                self.assertIs(buffer.is_zero(), True)
                buffer.to_buffer()[place] = 1
                self.assertIs(buffer.is_zero(), False)
                self.assertTrue(buffer.is_zero(0, place))
                self.assertTrue(buffer.is_zero(offset=place + 1))
                self.assertFalse(buffer.is_zero(place, size=1))

    def test_out_of_range(self) -> None:
        buffer = nbd.Buffer(16)
        self.assertTrue(buffer.is_zero(16))
        for bad in ((17,), (-1,), (0, 17), (16, 1), (0, -2)):
            self.assertRaises(IndexError, buffer.is_zero, *bad)


support.main()
