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

    def test_handle_in_use(self) -> None:
        """An exception is not replaced by that of a handle that cannot be closed."""
        self.h.connect_socket(support.Server().client)
        seen = []

        def chunk(*_: object) -> None:
            with self.assertRaisesRegex(RuntimeError, "still running"):
                with self.h:
                    pass
            with self.assertRaisesRegex(ValueError, "mine"):
                with self.h:
                    raise ValueError("mine")
            seen.append(True)

        self.h.pread_structured(8, 0, chunk)
        self.assertEqual(seen, [True])


support.main()
