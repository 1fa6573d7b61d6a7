# SPDX-License-Identifier: MIT
"""Extent callbacks get lengths and flags: a flat list, or pairs."""

import ctypes

import nbd
import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.seen: dict[tuple[str, int], list[int]] = {}
        self.h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
        self.serve("data", "size=1M", "data=1 @65536 2")

    def extent(
        self, context: str, offset: int, entries: list[int], err: ctypes.c_int
    ) -> None:
        self.assertEqual(err.value, 0)
        self.seen[context, offset] = entries

    def extent64(
        self,
        context: str,
        offset: int,
        entries: list[tuple[int, int]],
        err: ctypes.c_int,
    ) -> None:
        self.extent(context, offset, [n for pair in entries for n in pair], err)

    def check(self) -> None:
        hole = nbd.STATE_HOLE | nbd.STATE_ZERO
        want = [32768, 0, 32768, hole, 32768, 0, (1 << 20) - 98304, hole]
        self.assertEqual(self.seen, {("base:allocation", 0): want})

    def test_32(self) -> None:
        self.h.block_status(1 << 20, 0, self.extent)
        self.check()

    def test_64(self) -> None:
        self.h.block_status_64(1 << 20, 0, self.extent64)
        self.check()

    def test_beyond_32_bits(self) -> None:
        """Block status accepts a range of any length, and a second call asks for
        the rest."""
        size = 6 << 30
        hole = nbd.STATE_HOLE | nbd.STATE_ZERO
        disk = nbd.NBD()
        disk.set_request_extended_headers(False)
        disk.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
        disk.connect_command(
            ["nbdkit", "-s", "--exit-with-parent", "data", "size=6G"]
            + ["data=@5368709120 1"]
        )
        data = at = 0
        while at < size:
            self.seen.clear()
            disk.block_status_64(size - at, at, self.extent64)
            entries = self.seen["base:allocation", at]
            for length, flags in zip(entries[::2], entries[1::2]):
                self.assertIn(flags, (0, hole))
                data += length if flags == 0 else 0
                at += length
        self.assertEqual((at, data), (size, 32768))
        disk.block_status(size, 0, self.extent)
        self.fails("EINVAL", disk.block_status, size + 1, 0, self.extent)

    def test_asynchronous(self) -> None:
        self.h.aio_block_status(1 << 20, 0, self.extent, lambda err: 1)
        self.finish()
        self.check()

    def test_error(self) -> None:
        def extent(
            context: str, offset: int, entries: list[int], err: ctypes.c_int
        ) -> int:
            err.value = 5
            return -1

        self.fails("EIO", self.h.block_status, 1 << 20, 0, extent)


support.requires("nbdkit")
support.main()
