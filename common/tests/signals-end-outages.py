#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A signal ends a tool that waits for its server to come, or to come back, at
once and with its own status.  Nobody takes leave of a server that is not
there."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import unittest

from ending import TIMEOUT, Leaving, start, tools

# It takes far less than a second, but the machine may be busy.
AT_ONCE_S = 30


def commands(uri: str) -> dict[str, list[str]]:
    words = tools(uri)
    for name in "nbddiscard", "nbdzero":
        if name in words:
            words[f"{name} --yes"] = [words[name][0], "--yes", uri]
    if "nbdinfo" in words:
        words["nbdinfo --map"] = [words["nbdinfo"][0], "--map", uri]
    return words


class Test(unittest.TestCase):
    def end(self, words: list[str], number: int) -> str:
        """What it says from then on."""
        debugging = {**os.environ, "LIBNBD_DEBUG": "1"}
        with start(words, stderr=subprocess.PIPE, env=debugging) as tool:
            assert tool.stderr is not None
            while b"attempt 2 failed" not in tool.stderr.readline():
                self.assertIsNone(tool.poll())
            began = time.monotonic()
            tool.send_signal(number)
            rest = tool.stderr.read().decode()
            self.assertEqual(tool.wait(TIMEOUT), -number)
            self.assertLess(time.monotonic() - began, AT_ONCE_S)
        return rest

    def test_tools(self) -> None:
        for name in commands(""):
            for number in signal.SIGINT, signal.SIGTERM:
                with self.subTest(name, number=number), Leaving() as server:
                    uri = server.uri + "&reconnect-timeout=none"
                    rest = self.end(commands(uri)[name], number)
                    self.assertNotIn("nbd_aio_disconnect", rest)

    def test_first_connection(self) -> None:
        uri = "nbd+unix:///?socket=/nowhere/socket&connect-timeout=none"
        for name, words in commands(uri).items():
            for number in signal.SIGINT, signal.SIGTERM:
                with self.subTest(name, number=number):
                    self.end(words, number)


if __name__ == "__main__":
    unittest.main()
