# SPDX-License-Identifier: MIT
"""A file name may be a str, bytes or a path object."""

import os
import shutil
import socket
from pathlib import Path

import support


class Test(support.Case):
    def test_socket(self) -> None:
        path = self.tmp / "socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            forms: list[Path | str | bytes] = [path, str(path), os.fsencode(path)]
            for form in forms:
                self.setUp()
                self.h.aio_connect_unix(form)
                support.Server(listener.accept()[0])
                while self.h.aio_is_connecting():
                    self.h.poll(-1)
                self.assertTrue(self.h.aio_is_ready())

    def test_command(self) -> None:
        nbdkit = Path(shutil.which("nbdkit") or "")
        command = (nbdkit, b"-s", "--exit-with-parent", "null", "size=1M")
        self.h.connect_command(command)
        self.assertEqual(self.h.get_size(), 1 << 20)


support.requires("nbdkit")
support.main()
