# SPDX-License-Identifier: MIT
"""nbd.extents covers a range, in order, with equal neighbours merged."""

import errno

import nbd
import support
from nbd_server import Server

BLOCK = 4096
HOLE = nbd.STATE_HOLE | nbd.STATE_ZERO


class Stripes(Server):
    """Serves data and holes of three blocks each.  It reports them in pieces of
    one block, two or three at a time.  A hole of two TiB follows."""

    block_sizes = BLOCK, BLOCK, 1 << 25

    def status(self, offset: int, count: int) -> list[tuple[int, int]]:
        first, last = offset // BLOCK, (offset + count - 1) // BLOCK
        if first >= 12:
            return [(count, HOLE)]
        some = range(first, min(last, first + 1 + first % 2, 11) + 1)
        return [(BLOCK, HOLE if i // 3 % 2 else 0) for i in some]


class Test(support.Case):
    def connect(self, server: Server) -> None:
        self.h.set_request_extended_headers(False)
        self.h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
        self.h.connect_uri(server.uri)

    def refused(
        self, number: int, words: str, offset: int = 0, length: int | None = None
    ) -> None:
        with self.assertRaisesRegex(nbd.Error, words) as caught:
            list(nbd.extents(self.h, offset, length))
        self.assertEqual(caught.exception.errnum, number)

    def test_all(self) -> None:
        with Stripes(2 << 40) as server:
            self.connect(server)
            seen = list(nbd.extents(self.h))
            want = [(i * 3 * BLOCK, 3 * BLOCK, HOLE * (i % 2)) for i in range(3)]
            want.append((9 * BLOCK, (2 << 40) - 9 * BLOCK, HOLE))
            self.assertEqual([extent[:3] for extent in seen], want)
            self.assertTrue(all(e.data != e.hole == e.zero for e in seen))
            asked = server.asked("status")
        # No request is too long, and all are aligned.
        self.assertTrue(all(at % BLOCK == n % BLOCK == 0 for _, at, n in asked))
        self.assertTrue(500 < len(asked) < 600, len(asked))

    def test_parts(self) -> None:
        with Stripes(1 << 20) as server:
            self.connect(server)
            for start, length in (0, 1), (5000, 10), (4095, 8194), (100, 60000):
                seen = list(nbd.extents(self.h, start, length))
                at = start
                for extent in seen:
                    self.assertEqual(extent.offset, at)
                    at = extent.end
                    block = (extent.offset // BLOCK, (at - 1) // BLOCK)
                    flags = {HOLE if i > 8 or i // 3 % 2 else 0 for i in block}
                    self.assertEqual({extent.flags}, flags)
                self.assertEqual(at, start + length)
                pairs = zip(seen, seen[1:])
                self.assertTrue(all(a.flags != b.flags for a, b in pairs))
            self.assertEqual(list(nbd.extents(self.h, 1 << 20)), [])
            self.assertEqual(list(nbd.extents(self.h, 5, 0)), [])
            outside = "nbd.extents: .* not inside the export, whose size is 1048576"
            self.refused(errno.EINVAL, outside, offset=1 << 20, length=1)
            self.refused(errno.EINVAL, outside, offset=-1)

    def test_other_handles(self) -> None:
        with self.assertRaises(nbd.Error):
            nbd.extents(self.h)  # the handle is not connected
        with Server(1 << 20) as server:
            self.h.connect_uri(server.uri)
            self.refused(errno.ENOTSUP, "add_meta_context")
            self.h.close()
            self.h = nbd.NBD()
            self.connect(server)
            extents = nbd.extents(self.h)
            self.h.close()
            self.assertRaises(nbd.ClosedHandle, next, extents)


support.main()
