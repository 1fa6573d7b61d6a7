#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If there are too few file descriptors, the message says that, whichever of them
is missing."""

from __future__ import annotations

import resource
import unittest

from mounting import Mount

import nbd_server

# With fewer, a shell could not start nbdfuse in the build tree.
LEAST = 11


class Test(unittest.TestCase):
    def test_each(self) -> None:
        with nbd_server.Server(1 << 20) as server:
            for limit in range(LEAST, 64):
                limits = {resource.RLIMIT_NOFILE: limit}
                with Mount(server.uri, limits=limits) as mount:
                    try:
                        self.assertFalse(mount.start())
                    except unittest.SkipTest:
                        break  # the device is the last one before the mount
                    finally:
                        said = mount.said()
                    self.assertIn("Too many open files", said)
        self.assertIn("Too many open files", said)


if __name__ == "__main__":
    unittest.main()
