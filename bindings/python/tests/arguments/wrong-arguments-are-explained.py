# SPDX-License-Identifier: MIT
"""An argument of the wrong type or out of range is named in the exception."""

from typing import Any

import support


class Test(support.Case):
    def refuse(self, error: type[Exception], words: str, name: str, *args: Any) -> None:
        with self.subTest(method=name, args=args):
            with self.assertRaisesRegex(error, words):
                getattr(self.h, name)(*args)

    def test_types(self) -> None:
        self.refuse(TypeError, "offset must be int, not str", "pread", 1, "0")
        self.refuse(TypeError, "count must be int, not float", "pread", 1.0, 0)
        self.refuse(TypeError, "export_name must be str", "set_export_name", b"x")
        self.refuse(TypeError, "argv must be a list", "connect_command", "true")
        self.refuse(TypeError, "not int", "connect_command", [1])
        self.refuse(TypeError, "completion must be call", "aio_flush", 3)
        self.refuse(TypeError, "debug must be call", "set_debug_callback", None)
        self.refuse(TypeError, "bytes-like", "aio_pread", None, 0)
        self.refuse(TypeError, "addr must be", "aio_connect", 1)
        self.refuse(TypeError, "argument", "pread", 1)

    def test_ranges(self) -> None:
        self.refuse(OverflowError, "count must be in 0..", "pread", -1, 0)
        self.refuse(OverflowError, "offset must be in 0..", "pread", 1, 1 << 64)
        self.refuse(OverflowError, "flags must be in 0..", "pread", 1, 0, 1 << 32)
        self.refuse(OverflowError, "timeout must be in -", "poll", 1 << 31)
        self.refuse(OverflowError, "65536", "aio_connect", ("127.0.0.1", 65536))

    def test_values(self) -> None:
        self.refuse(ValueError, "null character", "set_export_name", "a\0b")
        self.refuse(ValueError, "null", "connect_unix", "a\0b")
        self.refuse(ValueError, "null", "connect_uri", "nbd://a\0b")
        self.refuse(ValueError, "null", "connect_command", ["true", "a\0b"])
        self.refuse(ValueError, "null", "connect_command", ["true", b"a\0b"])
        self.refuse(ValueError, "null", "aio_connect", ("127.0.0.1\0b", 1))
        self.refuse(ValueError, "no numeric address", "aio_connect", ("host", 1))
        self.refuse(ValueError, "200 bytes", "aio_connect", "x" * 200)

    def test_what_can_be_an_argument_may(self) -> None:
        class One:
            def __index__(self) -> int:
                return 1

        self.h.set_strict_mode(One())  # type: ignore[arg-type]
        self.assertEqual(self.h.get_strict_mode(), 1)
        self.h.set_debug([])  # type: ignore[arg-type]
        self.assertIs(self.h.get_debug(), False)


support.main()
