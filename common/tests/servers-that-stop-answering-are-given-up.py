#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If a server stops answering for longer than --stall-timeout or
--command-timeout, each tool fails and says so.  With a reconnect timeout the tool
continues when the server answers again."""

from __future__ import annotations

import os
import subprocess
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

import nbd_server
from ending import SIZE, TIMEOUT, start, tools

SHORT = "300ms"
# Longer, since the server must answer in time afterwards, on a busy machine.
LONGER = "500ms"


class Server(nbd_server.Server):
    """Accepts connections, but sends nothing, either from the beginning or after
    the first request, until going_on is set."""

    def __init__(self, stops_at_once: bool) -> None:
        super().__init__(SIZE)
        self.disk[-1:] = b"x"
        self.stops_at_once = stops_at_once
        self.going_on = threading.Event()

    def accept(self) -> None:
        if self.stops_at_once:
            self.going_on.wait()
        super().accept()

    def note(self, name: str, flags: int, offset: int, count: int) -> None:
        super().note(name, flags, offset, count)
        self.going_on.wait()


def commands(uri: str, *options: str) -> dict[str, list[str]]:
    """Commands that fail if a request fails."""
    words = tools(uri)
    if "nbdinfo" in words:
        words["nbdinfo"] = [words["nbdinfo"][0], "--map", uri]
    for name in "nbddiscard", "nbdzero":
        if name in words:
            words[name] = [words[name][0], "--yes", "--length=1M", uri]
    for command in words.values():
        at = 2 if "nbdsh" in command[1] else 1
        command[at:at] = options
    return words


class Test(unittest.TestCase):
    def all_tools(
        self,
        stops_at_once: bool,
        check: Callable[[Server, list[str]], None],
        *options: str,
    ) -> None:
        def one(name: str) -> None:
            with Server(stops_at_once) as server:
                try:
                    check(server, commands(server.uri, *options)[name])
                finally:
                    server.going_on.set()

        # They wait most of the time, so several can run at once.
        with ThreadPoolExecutor(3) as pool:
            done = {name: pool.submit(one, name) for name in commands("")}
        for name, result in done.items():
            with self.subTest(name):
                result.result()

    def fails(self, words: list[str], text: str) -> None:
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=TIMEOUT
        )
        self.assertIn(text, done.stderr)
        self.assertEqual(done.returncode, 1)

    def goes_on(self, server: Server, words: list[str]) -> None:
        debugging = {**os.environ, "LIBNBD_DEBUG": "1"}
        with start(words, stderr=subprocess.PIPE, env=debugging) as tool:
            assert tool.stderr is not None
            while b"attempt 1 failed" not in tool.stderr.readline():
                self.assertIsNone(tool.poll())
            server.going_on.set()
            said = tool.stderr.read()
            self.assertEqual(tool.wait(TIMEOUT), 0, said)

    def test_stall_timeout(self) -> None:
        text = "the server has neither sent nor taken a byte for 0.3 s"
        self.all_tools(
            False, lambda _, words: self.fails(words, text), f"--stall-timeout={SHORT}"
        )

    def test_command_timeout(self) -> None:
        text = "no reply within the 0.3 s that a command may take"
        self.all_tools(
            False,
            lambda _, words: self.fails(words, text),
            f"--command-timeout={SHORT}",
        )

    def test_connecting(self) -> None:
        text = "the server was silent for 0.3 s"
        self.all_tools(
            True, lambda _, words: self.fails(words, text), f"--stall-timeout={SHORT}"
        )

    def test_outage(self) -> None:
        self.all_tools(
            False, self.goes_on, f"--stall-timeout={LONGER}", "--reconnect-timeout=none"
        )

    def test_first_connection(self) -> None:
        self.all_tools(
            True, self.goes_on, f"--stall-timeout={LONGER}", "--connect-timeout=none"
        )


if __name__ == "__main__":
    unittest.main()
