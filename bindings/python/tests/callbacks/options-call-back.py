# SPDX-License-Identifier: MIT
"""Listing options call a function with strings, and other options their
completion."""

import nbd
import support


class Test(support.Case):
    def setUp(self) -> None:
        super().setUp()
        self.h.set_opt_mode(True)
        self.serve("null", "size=1M")
        self.assertTrue(self.h.aio_is_negotiating())
        self.seen: list[object] = []

    def test_list(self) -> None:
        count = self.h.opt_list(lambda *args: self.seen.append(args))
        self.assertEqual((count, self.seen), (1, [("", "")]))

    def test_contexts(self) -> None:
        count = self.h.opt_list_meta_context(self.seen.append)
        self.assertEqual((count, self.seen), (1, ["base:allocation"]))

    def test_queries(self) -> None:
        count = self.h.opt_list_meta_context_queries(["no:such"], self.seen.append)
        self.assertEqual((count, self.seen), (0, []))

    def test_completion(self) -> None:
        self.h.aio_opt_go(lambda err: self.seen.append(err.value))
        while self.h.aio_is_connecting():
            self.h.poll(-1)
        self.assertEqual(self.seen, [0])
        self.assertEqual(self.h.get_size(), 1 << 20)
        self.assertEqual(self.h.get_block_size(nbd.SIZE_MINIMUM), 0)


support.requires("nbdkit")
support.main()
