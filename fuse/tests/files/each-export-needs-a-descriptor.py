#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If there are too few file descriptors for the connections to all exports, a
message says so before the exports are opened, however many there are."""

from __future__ import annotations

import resource
import unittest

from mounting import Mount

import nbd_server


class Server(nbd_server.Server):
    def __init__(self, count: int) -> None:
        super().__init__(1 << 20)
        self.exports = [f"export{i}" for i in range(count)]


class Test(unittest.TestCase):
    def test_too_many(self) -> None:
        limits = {resource.RLIMIT_NOFILE: 400}
        with Server(200_000) as server:
            with Mount(server.uri, limits=limits) as mount:
                self.assertFalse(mount.start("--exports"))
                self.assertEqual(mount.process.wait(), 1)
                self.assertRegex(
                    mount.said(), "200000 exports.*may open 400 files.*ulimit -n"
                )

    def test_enough(self) -> None:
        limits = {resource.RLIMIT_NOFILE: 400}
        with Server(300) as server, Mount(server.uri, limits=limits) as mount:
            self.assertTrue(mount.start("--exports"))
            self.assertEqual(len(list(mount.path.iterdir())), 300)
            self.assertEqual((mount.path / "export299").stat().st_size, 1 << 20)
            self.assertEqual((mount.path / "export0").read_bytes(), bytes(1 << 20))
            self.assertEqual(mount.unmount(), 0)


if __name__ == "__main__":
    unittest.main()
