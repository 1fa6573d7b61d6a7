# SPDX-License-Identifier: MIT
"""A handle is closed at the end of a with statement, whatever happened."""

import nbd
import support


class Test(support.Case):
    def test_end(self) -> None:
        with nbd.NBD() as h:
            self.assertTrue(h.aio_is_created())
        self.assertRaises(nbd.ClosedHandle, h.aio_is_created)

    def test_exception(self) -> None:
        with self.assertRaises(nbd.Error):
            with nbd.NBD() as h:
                h.get_size()
        self.assertRaises(nbd.ClosedHandle, h.aio_is_created)

    def test_closed_inside(self) -> None:
        with nbd.NBD() as h:
            h.close()


support.main()
