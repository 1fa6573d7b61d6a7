#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""On a terminal each tool tells after some seconds that the connection was lost,
and why, and later that it is back.  If the terminal is gone by then, the tool
continues."""

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
    """A tool in an outage, which the test ends when the tool has told of it."""

    def __init__(self, name: str) -> None:
        # These two only check without --yes, and fail since there is data.
        self.right = 1 if name in ("nbddiscard", "nbdzero") else 0
        self.server = Leaving()
        self.server.__enter__()
        self.ours, theirs = os.openpty()
        uri = self.server.uri + "&reconnect-timeout=10m"
        # SIGHUP is ignored: the tool is not to end when its terminal is gone.
        self.tool = start(tools(uri)[name], signal.SIG_IGN, stderr=theirs)
        os.close(theirs)

    def shown_until(self, text: bytes) -> bytes:
        """Read what is shown, up to a line with the text or the end of the tool."""
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
        # All at the same time, since each takes some seconds.
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
