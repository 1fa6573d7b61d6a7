#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If a tool waits for its server to start or to come back, a signal ends it at
once, and the tool dies of that signal.  It does not try to disconnect."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import unittest
from contextlib import suppress
from typing import IO

from ending import TIMEOUT, Leaving, start, tools

# Usually this takes far less than a second, but the machine may be busy.
AT_ONCE_S = 30
DEBUGGING = {**os.environ, "LIBNBD_DEBUG": "1"}


def commands(uri: str) -> dict[str, list[str]]:
    words = tools(uri)
    for name in "nbddiscard", "nbdzero":
        if name in words:
            words[f"{name} --yes"] = [words[name][0], "--yes", uri]
    if "nbdinfo" in words:
        words["nbdinfo --map"] = [words["nbdinfo"][0], "--map", uri]
    return words


class Test(unittest.TestCase):
    def nowhere(self) -> str:
        """The URI of a server that never starts."""
        directory = self.enterContext(tempfile.TemporaryDirectory())
        return f"nbd+unix:///?socket={directory}/socket&connect-timeout=none"

    def end(self, words: list[str], number: int) -> str:
        """Run the tool, end it in the outage by a signal, and return what it has
        printed after that."""
        with start(words, stderr=subprocess.PIPE, env=DEBUGGING) as tool:
            assert tool.stderr is not None
            return self.end_in_outage(tool, tool.stderr, number)

    def end_in_outage(
        self, tool: subprocess.Popen[bytes], stderr: IO[bytes], number: int
    ) -> str:
        while b"attempt 2 failed" not in stderr.readline():
            self.assertIsNone(tool.poll())
        began = time.monotonic()
        tool.send_signal(number)
        rest = b""
        # Reading from a terminal that was closed is an error.
        with suppress(OSError):
            while line := stderr.readline():
                rest += line
        self.assertEqual(tool.wait(TIMEOUT), -number)
        self.assertLess(time.monotonic() - began, AT_ONCE_S)
        return rest.decode()

    def test_terminals(self) -> None:
        """On a terminal a tool records each attempt, to tell of it later."""
        for name, words in tools(self.nowhere()).items():
            for number in signal.SIGINT, signal.SIGTERM:
                try:
                    ours, theirs = os.openpty()
                except OSError as error:
                    self.skipTest(f"no pseudo terminals here: {error}")
                with self.subTest(name, number=number), os.fdopen(ours, "rb") as stderr:
                    with start(words, stderr=theirs, env=DEBUGGING) as tool:
                        os.close(theirs)
                        self.end_in_outage(tool, stderr, number)

    def test_tools(self) -> None:
        for name in commands(""):
            for number in signal.SIGINT, signal.SIGTERM:
                with self.subTest(name, number=number), Leaving() as server:
                    uri = server.uri + "&reconnect-timeout=none"
                    rest = self.end(commands(uri)[name], number)
                    self.assertNotIn("nbd_aio_disconnect", rest)

    def test_first_connection(self) -> None:
        for name, words in commands(self.nowhere()).items():
            for number in signal.SIGINT, signal.SIGTERM:
                with self.subTest(name, number=number):
                    self.end(words, number)


if __name__ == "__main__":
    unittest.main()
