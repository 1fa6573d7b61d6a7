#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""With little memory nbdfuse either works, or it does not mount at all."""

from __future__ import annotations

import os
import resource
import subprocess
import unittest

from mounting import TIMEOUT, Mount, skip

import nbd_server

MIB = 1 << 20

if os.environ.get("LIBNBD_SANITIZERS"):
    skip("sanitizers reserve more memory than there is")


def needed(uri: str) -> int:
    """Bytes of address space of a mount that has served no requests."""
    with Mount(uri) as mount:
        assert mount.start()
        with open(f"/proc/{mount.process.pid}/status", encoding="ascii") as lines:
            sizes = [line.split()[1] for line in lines if line.startswith("VmPeak:")]
        mount.unmount()
    return int(sizes[0]) * 1024


class Test(unittest.TestCase):
    def use(self, uri: str, limit: int) -> bool:
        """Return whether it could be mounted.  If so, check that it works."""
        with Mount(uri, limits={resource.RLIMIT_AS: limit}) as mount:
            if not mount.start("-C", "1"):
                self.assertNotEqual(mount.process.wait(), 0)
                return False
            copy = ["dd", "if=/dev/urandom", f"of={mount.path}/nbd", "bs=1M"]
            copy += ["count=24", "conv=notrunc,fsync", "status=none"]
            subprocess.run(copy, check=True, timeout=TIMEOUT)
            self.assertEqual(mount.unmount(), 0)
            return True

    def test_limits(self) -> None:
        with nbd_server.Server(32 * MIB) as server:
            most = needed(server.uri)
            answers = [
                self.use(server.uri, most + n * MIB) for n in (*range(-12, 4), 32)
            ]
            self.assertIn(True, answers)
            self.assertIn(False, answers)


if __name__ == "__main__":
    unittest.main()
