# SPDX-License-Identifier: MIT
"""The next part of the map is requested while the last one is used."""

import errno
import threading

import nbd
import support
from nbd_server import Refused, Server

SIZE, PART = 1 << 20, 1 << 16


class Slow(Server):
    """Answers one request at a time, when it is allowed to."""

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.may = threading.Semaphore(0)
        self.came = threading.Semaphore(0)
        self.fails_at = SIZE

    def status(self, offset: int, count: int) -> list[tuple[int, int]]:
        self.came.release()
        self.may.acquire()
        if offset >= self.fails_at:
            raise Refused(errno.EIO, "bad sector")
        return [(PART, offset // PART % 2)]


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.enterContext(Slow())
        self.h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
        self.h.connect_uri(self.server.uri)
        self.addCleanup(self.server.may.release, 100)

    def test_ahead(self) -> None:
        self.server.may.release(2)
        extents = nbd.extents(self.h)
        self.assertEqual(next(extents).offset, 0)
        # The second part differed from the first, so two requests were
        # answered and the third was sent.
        for _ in range(3):
            self.assertTrue(self.server.came.acquire(timeout=60))
        self.assertEqual(self.h.aio_in_flight(), 1)
        self.server.may.release(SIZE // PART)
        self.assertEqual(len(list(extents)), SIZE // PART - 1)
        self.assertEqual(self.h.aio_in_flight(), 0)

    def test_leaving(self) -> None:
        self.server.may.release(2)
        for extent in nbd.extents(self.h):
            break
        self.assertEqual((extent.offset, self.h.aio_in_flight()), (0, 0))
        nbd.extents(self.h)
        self.assertEqual(self.h.aio_in_flight(), 0)

    def test_errors_come_in_their_place(self) -> None:
        self.server.fails_at = 5 * PART
        self.server.may.release(SIZE // PART)
        seen = []
        with self.assertRaisesRegex(nbd.Error, "bad sector") as caught:
            for extent in nbd.extents(self.h):
                seen.append(extent.offset // PART)
        self.assertEqual(caught.exception.errno, "EIO")
        self.assertEqual(seen, [0, 1, 2, 3])
        self.assertEqual(self.h.aio_in_flight(), 0)

    def test_threads(self) -> None:
        """Any thread may drive the handle when a reply comes."""
        self.server.may.release(100)
        maps: list[list[nbd.Extent]] = []

        def ask() -> None:
            maps.append(list(nbd.extents(self.h)))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([len(some) for some in maps], [SIZE // PART] * 4)


support.main()
