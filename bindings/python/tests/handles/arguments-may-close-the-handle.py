# SPDX-License-Identifier: MIT
"""A handle that the conversion of an argument closes is closed, and the call says
so."""

from typing import Any, Callable

import nbd
import support


class Closing:
    """Acts as a number, a truth value and a path, and closes the handle when
    used."""

    def __init__(self, h: nbd.NBD) -> None:
        self.close = h.close

    def __index__(self) -> int:
        self.close()
        return 1

    def __bool__(self) -> bool:
        self.close()
        return True

    def __fspath__(self) -> str:
        self.close()
        return "/nowhere"


class Test(support.Case):
    def test(self) -> None:
        calls: list[Callable[[Any, Any], object]] = [
            lambda h, closing: h.pread(closing, 0),
            lambda h, closing: h.pread(1, closing),
            lambda h, closing: h.aio_pread(bytearray(1), closing),
            lambda h, closing: h.pread_structured(1, closing, print),
            lambda h, closing: h.aio_block_status(1, closing, print, print),
            lambda h, closing: h.set_debug(closing),
            lambda h, closing: h.connect_unix(closing),
            lambda h, closing: h.connect_command(["true", closing]),
            lambda h, closing: h.poll(closing),
        ]
        for call in calls:
            h = nbd.NBD()
            self.assertRaises(nbd.ClosedHandle, call, h, Closing(h))


support.main()
