#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""On a terminal each tool tells after a while that the connection was lost, and
why, and when it is back.  A terminal that is gone by then is no error."""

from __future__ import annotations

import os
import signal
import sys
import unittest

from ending import TIMEOUT, Leaving, start, tools

try:
    os.close(os.openpty()[0])
except OSError as error:
    print(f"SKIP: no pseudo terminals here: {error}")
    sys.exit(77)


class Outage:
    """A tool in an outage that ends once it was told."""

    def __init__(self, name: str) -> None:
        # There is data, which those that only check do not like.
        self.right = 1 if name in ("nbddiscard", "nbdzero") else 0
        self.server = Leaving()
        self.server.__enter__()
        self.ours, theirs = os.openpty()
        uri = self.server.uri + "&reconnect-timeout=10m"
        # A terminal that is gone is no reason to end.
        self.tool = start(tools(uri)[name], signal.SIG_IGN, stderr=theirs)
        os.close(theirs)

    def shown_until(self, text: bytes) -> bytes:
        """Or until the tool has ended."""
        shown = b""
        while text not in shown or not shown.endswith(b"\n"):
            try:
                shown += os.read(self.ours, 4096)
            except OSError:
                break
        return shown

    def status(self) -> int:
        status = self.tool.wait(TIMEOUT)
        self.server.__exit__()
        return status


class Test(unittest.TestCase):
    def test_tools(self) -> None:
        # All side by side, since it takes some seconds.
        stays, goes = ({name: Outage(name) for name in tools("")} for _ in range(2))
        for name, outage in stays.items():
            with self.subTest(name):
                shown = outage.shown_until(b"waiting")
                self.assertIn(b"was lost", shown)
                outage.server.come_back()
                back = b"is open again" if name == "nbdcopy" else b"is back after"
                self.assertIn(back, outage.shown_until(back))
                self.assertEqual(outage.status(), outage.right)
                os.close(outage.ours)
        for name, outage in goes.items():
            with self.subTest(name, terminal="gone"):
                outage.shown_until(b"waiting")
                os.close(outage.ours)
                outage.server.come_back()
                self.assertEqual(outage.status(), outage.right)


if __name__ == "__main__":
    unittest.main()
