# SPDX-License-Identifier: MIT
"""A callback that calls its own handle gets an exception, not a deadlock."""

import nbd
import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        server = support.Server()
        self.h.connect_socket(server.client)
        self.seen: list[object] = []

    def attempt(self, *args: object) -> None:
        for call in (self.h.get_size, self.h.close):
            with self.assertRaises(RuntimeError) as caught:
                call()
            self.seen.append(str(caught.exception).split(":")[0])

    def test_refused(self) -> None:
        self.h.pread_structured(8, 0, self.attempt)
        self.assertEqual(self.seen, ["NBD.get_size", "NBD.close"])
        self.assertEqual(self.h.get_size(), support.SIZE)

    def test_what_takes_no_lock_is_permitted(self) -> None:
        def chunk(*args: object) -> None:
            self.seen.append(self.h.set_private_data(5))
            self.seen.append(self.h.aio_is_dead())

        self.h.pread_structured(8, 0, chunk)
        self.assertEqual(self.seen, [0, False])

    def test_other_handles_are_permitted(self) -> None:
        other = nbd.NBD()
        self.h.pread_structured(
            8, 0, lambda *args: self.seen.append(other.get_export_name())
        )
        self.assertEqual(self.seen, [""])


support.main()
