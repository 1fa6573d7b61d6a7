# SPDX-License-Identifier: MIT
"""aio_connect takes the addresses that the module socket knows."""

import os
import socket

import nbd
import support


class Test(support.Case):
    def check(self, family: socket.AddressFamily, bind: object, *forms: object) -> None:
        """Check that each form of the address leads to a socket that is bound to
        it."""
        with socket.socket(family) as listener:
            listener.bind(bind)  # type: ignore[arg-type]
            listener.listen()
            name = listener.getsockname()
            for form in forms or (name,):
                with self.subTest(address=form):
                    self.setUp()
                    self.h.aio_connect(form)  # type: ignore[arg-type]
                    support.Server(listener.accept()[0])
                    while self.h.aio_is_connecting():
                        self.h.poll(-1)
                    self.assertEqual(self.h.get_size(), support.SIZE)

    def test_unix(self) -> None:
        path = self.tmp / "socket"
        self.check(socket.AF_UNIX, str(path), str(path), path, os.fsencode(path))

    def test_abstract(self) -> None:
        name = f"\0causeway-{os.getpid()}"
        self.check(socket.AF_UNIX, name, name, name.encode())

    def test_ipv4(self) -> None:
        self.check(socket.AF_INET, ("127.0.0.1", 0))

    def test_ipv6(self) -> None:
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error}")
        self.check(socket.AF_INET6, ("::1", 0))

    def test_vsock(self) -> None:
        # The kernel may refuse the address, but the module accepts it.
        try:
            self.h.aio_connect((1, 10809))
        except nbd.Error as error:
            self.assertIn("cid 1 port 10809", error.string)

    def test_wrong(self) -> None:
        for wrong in ((), ("::1",), ("::1", "1"), (1, 2, 3), ("1.2.3.4", 1, 2, 3)):
            with self.subTest(address=wrong), self.assertRaises(TypeError):
                self.h.aio_connect(wrong)  # type: ignore[arg-type]


support.main()
