#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If the server refuses a request with a message, that is in the tool's
message."""

from __future__ import annotations

import errno
import subprocess
import unittest
from pathlib import Path

import nbd_server

WORDS = "the lease of this disk has ended"


class Server(nbd_server.Server):
    """Refuses one piece of 1 GiB."""

    def trim(self, offset: int, count: int) -> None:
        if offset == 2 << 30:
            raise nbd_server.Refused(errno.EPERM, WORDS)

    def zero(self, offset: int, count: int, flags: int) -> None:
        self.trim(offset, count)


class Test(unittest.TestCase):
    def test_both_tools(self) -> None:
        for tool, what in ("discard/nbddiscard", "discard"), ("zero/nbdzero", "zero"):
            with Server(16 << 30) as server:
                command = tool, "--yes", str(server.path)
                run = subprocess.run(
                    command, capture_output=True, text=True, check=False
                )
            self.assertEqual(run.returncode, 1)
            begin = f"{Path(tool).name}: cannot {what} 1073741824 bytes at offset "
            self.assertIn(f"{begin}2147483648: ", run.stderr)
            self.assertIn(WORDS, run.stderr)


if __name__ == "__main__":
    unittest.main()
