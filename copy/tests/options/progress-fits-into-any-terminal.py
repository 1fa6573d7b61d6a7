#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The bar of nbdcopy does not wrap, however wide the terminal is, also if the
terminal is resized meanwhile or does not tell its width."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
from pathlib import Path

try:
    os.close(os.openpty()[0])
except OSError as error:
    print(f"SKIP: no pseudo terminals here: {error}")
    sys.exit(77)


def resize(terminal: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def lines(shown: bytes) -> list[str]:
    return re.findall("[^\r\n]+", shown.decode(errors="replace").replace("\x1b[K", ""))


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.disk = Path(directory.name, "disk")
        self.disk.write_bytes(b"x" * (1 << 19))

    def start(self, columns: int, *options: str) -> tuple[subprocess.Popen[bytes], int]:
        """Run nbdcopy on a terminal; return it and the other side of the terminal."""
        ours, theirs = os.openpty()
        resize(theirs, columns)
        words = ["copy/nbdcopy", "-p", *options, str(self.disk), "null:"]
        tool = subprocess.Popen(words, stderr=theirs)
        os.close(theirs)
        return tool, ours

    def bars(self, columns: int) -> list[str]:
        """All bars that are drawn, in their order."""
        tool, terminal = self.start(columns)
        shown = b""
        with contextlib.suppress(OSError):  # at the end, on Linux
            while data := os.read(terminal, 4096):
                shown += data
        os.close(terminal)
        self.assertEqual(tool.wait(), 0)
        return lines(shown)

    def test_all_widths(self) -> None:
        for columns in (1, 2, 3, 4, 5, 6, 7, 10, 19, 20, 25, 30, 40, 56, 57, 80, 200):
            with self.subTest(columns):
                for line in self.bars(columns):
                    self.assertLessEqual(len(line), max(1, columns - 1), line)

    def test_unknown_width(self) -> None:
        last = self.bars(0)[-1]
        self.assertRegex(last, r"█ 100% \[\*+\] 512K .* zeroes 0B$")
        self.assertLess(len(last), 80)

    def test_a_window_is_made_narrow(self) -> None:
        tool, terminal = self.start(80, "--rate=4k", "--request-size=4096")
        shown = os.read(terminal, 4096)
        resize(terminal, 30)
        while len(lines(shown)[-1]) >= 30 or not shown.endswith(b"\r"):
            shown += os.read(terminal, 4096)
        tool.kill()
        tool.wait()
        os.close(terminal)
        self.assertGreater(len(lines(shown)[0]), 30)


if __name__ == "__main__":
    unittest.main()
