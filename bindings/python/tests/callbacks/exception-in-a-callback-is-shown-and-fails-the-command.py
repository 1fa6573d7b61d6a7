# SPDX-License-Identifier: MIT
"""An exception in a callback is passed to the hook, and fails the command only."""

import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        server = support.Server()
        self.h.connect_socket(server.client)

    def test_chunk(self) -> None:
        def chunk(*args: object) -> None:
            raise KeyError("chunk")

        with support.Unraisable() as seen:
            self.fails("EPROTO", self.h.pread_structured, 512, 0, chunk)
        self.assertEqual([repr(error) for error in seen], ["KeyError('chunk')"])
        self.assertEqual(self.h.pread(4, 0), b"xxxx")

    def test_wrong_number_of_arguments(self) -> None:
        with support.Unraisable() as seen:
            self.fails("EPROTO", self.h.pread_structured, 512, 0, lambda a, b: 0)
        self.assertEqual([type(error) for error in seen], [TypeError])

    def test_completion(self) -> None:
        def completion(err: object) -> None:
            raise KeyError("completion")

        with support.Unraisable() as seen:
            cookie = self.h.aio_pread(bytearray(4), 0, completion)
            self.finish()
        self.assertEqual(len(seen), 1)
        self.assertTrue(self.h.aio_command_completed(cookie))

    def test_debug(self) -> None:
        def debug(context: str, message: str) -> None:
            raise KeyError("debug")

        with support.Unraisable() as seen:
            self.h.set_debug_callback(debug)
            self.h.set_debug(True)
            self.h.get_size()
            self.h.set_debug(False)
            self.h.clear_debug_callback()
        self.assertGreater(len(seen), 0)
        self.assertEqual(self.h.get_size(), support.SIZE)


support.main()
