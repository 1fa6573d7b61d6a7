# SPDX-License-Identifier: MIT
"""A call that is refused releases its buffer and its callbacks at once."""

import weakref

import nbd
import support


class Callback:
    calls = 0

    def __call__(self, *args: object) -> None:
        Callback.calls += 1


class Test(support.Case):
    def check(self, error: type[Exception], offset: int, handle: nbd.NBD) -> None:
        buffer, chunk, completion = nbd.Buffer(512), Callback(), Callback()
        alive = [weakref.ref(o) for o in (buffer, chunk, completion)]
        with self.assertRaises(error):
            handle.aio_pread_structured(buffer, offset, chunk, completion)
        del buffer, chunk, completion
        self.assertEqual([ref() for ref in alive], [None] * 3)
        self.assertEqual(Callback.calls, 0)

    def test_by_the_library(self) -> None:
        self.check(nbd.Error, 0, self.h)

    def test_because_of_an_argument(self) -> None:
        self.check(OverflowError, -1, self.h)

    def test_closed_handle(self) -> None:
        self.h.close()
        self.check(nbd.ClosedHandle, 0, self.h)


support.main()
