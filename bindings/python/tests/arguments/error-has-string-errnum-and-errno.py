# SPDX-License-Identifier: MIT
"""nbd.Error has the message, the error number and its name."""

import errno

import nbd
import support


class Test(support.Case):
    def test_with_errno(self) -> None:
        with self.assertRaises(nbd.Error) as caught:
            self.h.get_size()
        error = caught.exception
        self.assertRegex(error.string, "^nbd_get_size: .*not connected$")
        self.assertEqual(error.errnum, errno.ENOTCONN)
        self.assertEqual(error.errno, "ENOTCONN")
        self.assertEqual(str(error), f"{error.string} (ENOTCONN)")
        self.assertEqual(error.args, (error.string, error.errnum))

    def test_without_errno(self) -> None:
        with self.assertRaises(nbd.Error) as caught:
            self.h.connect_command(["true"])
        error = caught.exception
        self.assertEqual((error.errnum, error.errno), (0, None))
        self.assertEqual(str(error), error.string)

    def test_of_each_thread_its_own(self) -> None:
        self.fails("EINVAL", self.h.set_tls, 1000)
        self.fails("ENOTCONN", self.h.pread, 1, 0)


support.main()
