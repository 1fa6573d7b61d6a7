# SPDX-License-Identifier: MIT
"""An interrupt during a callback is raised where the call was made."""

import signal

import support


class Test(support.Case):
    def test(self) -> None:
        def chunk(*args: object) -> None:
            signal.raise_signal(signal.SIGINT)

        server = support.Server()
        self.h.connect_socket(server.client)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with support.Unraisable() as seen, self.assertRaises(KeyboardInterrupt):
            self.h.pread_structured(512, 0, chunk)
        self.assertEqual(seen, [])
        self.assertEqual(self.h.pread(4, 0), b"xxxx")


support.main()
