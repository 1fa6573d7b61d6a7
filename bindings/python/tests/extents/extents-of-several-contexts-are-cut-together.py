# SPDX-License-Identifier: MIT
"""With several metadata contexts there is a cut where one of them has one."""

import ctypes
import errno

import nbd
import support
from nbd._extents import Walk
from nbd_server import Server

BITMAP = "qemu:dirty-bitmap:b"
SIZE = 1 << 20
MAPS = {
    nbd.CONTEXT_BASE_ALLOCATION: [(400, 0), (624, 3), (SIZE, 0)],
    BITMAP: [(200, 0), (200, 1), (300, 1), (SIZE, 0)],
}


class Bitmap(Server):
    """Its replies for one context are shorter than those for the other."""

    contexts = tuple(MAPS)

    def status_of(self, context: str, offset: int, count: int) -> list[tuple[int, int]]:
        told, at = [], 0
        for length, flags in MAPS[context]:
            start, at = max(at, offset), at + length
            if start < at:
                told.append((min(at, offset + count) - start, flags))
            if at >= offset + count:
                break
        return told[:2] if context == BITMAP else told


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        server = self.enterContext(Bitmap(SIZE))
        for name in MAPS:
            self.h.add_meta_context(name)
        self.h.connect_uri(server.uri)

    def shown(self, contexts: str | list[str] | None) -> list[tuple[int, ...]]:
        return [
            (extent.offset, extent.length, *extent.contexts.values())
            for extent in nbd.extents(self.h, contexts=contexts)
        ]

    def test_all(self) -> None:
        rest = SIZE - 1024
        want = [(0, 200, 0, 0), (200, 200, 0, 1), (400, 300, 3, 1), (700, 324, 3, 0)]
        self.assertEqual(self.shown(None), [*want, (1024, rest, 0, 0)])
        turned = [(at, n, b, a) for at, n, a, b in [*want, (1024, rest, 0, 0)]]
        names = [BITMAP, nbd.CONTEXT_BASE_ALLOCATION]
        self.assertEqual(self.shown(names), turned)
        self.assertEqual(self.shown([*names, BITMAP]), turned)

    def test_one(self) -> None:
        want = [(0, 200, 0), (200, 500, 1), (700, SIZE - 700, 0)]
        self.assertEqual(self.shown(BITMAP), want)
        extents = list(nbd.extents(self.h, contexts=[BITMAP]))
        self.assertEqual([e.dirty for e in extents], [False, True, False])
        with self.assertRaisesRegex(ValueError, "nothing of base:allocation"):
            self.assertIsNone(extents[0].data)

    def test_wrong_ones(self) -> None:
        for names, words in (
            ("qemu:dirty-bitmap:c", f"bitmap:c was not .*: base:allocation, {BITMAP}"),
            ([], "empty"),
        ):
            with self.assertRaisesRegex(nbd.Error, words) as caught:
                nbd.extents(self.h, contexts=names)
            self.assertEqual(caught.exception.errnum, errno.EINVAL)

    def test_missing_ones(self) -> None:
        """Whatever reply the library accepts, the map is complete or an error is
        raised."""
        walk = Walk(self.h, "walk")
        reply = walk.reply()
        reply.extent(BITMAP, 0, [(SIZE, 0)], ctypes.c_int())
        walk.accept(reply)
        walk = Walk(self.h, "walk", contexts=list(MAPS))
        with self.assertRaisesRegex(nbd.Error, "leaves out .* base:allocation"):
            walk.accept(reply)
        walk = Walk(self.h, "walk", contexts=BITMAP)
        reply.entries[BITMAP] = [(0, 1)]
        with self.assertRaisesRegex(nbd.Error, "nothing about offset 0"):
            walk.accept(reply)
        reply.entries = {}
        with self.assertRaisesRegex(nbd.Error, "leaves out"):
            Walk(self.h, "walk").accept(reply)


support.main()
