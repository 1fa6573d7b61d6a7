#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""However a tool ends, it receives the replies to its requests, and disconnects
in order: some servers end when they cannot send a reply."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from ending import ENDING, TIMEOUT, Server, start, tools
from nbd_server import Refused


class Full(Server):
    def write(self, offset: int, data: bytes) -> None:
        raise Refused(28)


class Test(unittest.TestCase):
    def left_in_order(self, server: Server, count: int = 1) -> None:
        ends = server.wait_for_ends(count)
        self.assertEqual(ends, ["in order"] * count)

    def test_signals(self) -> None:
        for name in tools(""):
            for number in ENDING:
                with self.subTest(name, number=number), Server() as server:
                    tool = start(tools(server.uri)[name])
                    server.wait_until_asked()
                    tool.send_signal(number)
                    server.answering.set()
                    self.assertEqual(tool.wait(TIMEOUT), -number)
                    self.left_in_order(server)

    def test_signal_without_an_answer(self) -> None:
        for name in tools(""):
            with self.subTest(name), Server() as server:
                tool = start(tools(server.uri)[name])
                server.wait_until_asked()
                tool.send_signal(signal.SIGTERM)
                self.assertEqual(tool.wait(TIMEOUT), -signal.SIGTERM)
                server.answering.set()

    def test_nobody_reads(self) -> None:
        for name in tools(""):
            with self.subTest(name), Server() as server:
                tool = start(tools(server.uri)[name], stdout=subprocess.PIPE)
                assert tool.stdout is not None
                server.wait_until_asked()
                tool.stdout.close()
                server.answering.set()
                self.assertEqual(tool.wait(TIMEOUT), -signal.SIGPIPE)
                self.left_in_order(server)

    def test_failures(self) -> None:
        """Mistakes on the command line that are found after connecting, and output
        that cannot be written."""
        beyond = str(1 << 40)
        for words in (
            ["dump/nbddump", "-o", beyond, "URI"],
            ["copy/nbdcopy", "--connections=1", "--offset", beyond, "URI", "null:"],
            ["copy/nbdcopy", "--connections=1", "URI", "null:", "more"],
            ["copy/nbdcopy", "--connections=1", "URI", "/dev/full"],
            ["info/nbdinfo", "--map=no:such-context", "URI"],
        ):
            with self.subTest(words), Server() as server:
                server.answering.set()
                words = [server.uri if word == "URI" else word for word in words]
                tool = start(words, stderr=subprocess.DEVNULL)
                self.assertEqual(tool.wait(TIMEOUT), 1)
                self.left_in_order(server)
        for name in tools(""):
            with self.subTest(name, output="full"), Server() as server:
                server.answering.set()
                with open("/dev/full", "w") as full:
                    tool = start(
                        tools(server.uri)[name],
                        stdout=full,
                        stderr=subprocess.DEVNULL,
                    )
                    self.assertEqual(tool.wait(TIMEOUT), 1)
                self.left_in_order(server)

    def test_the_other_side_fails(self) -> None:
        with Server() as source, Full() as destination:
            destination.answering.set()
            source.answering.set()
            words = ["copy/nbdcopy", source.uri, destination.uri]
            tool = start(words, stderr=subprocess.DEVNULL)
            self.assertEqual(tool.wait(TIMEOUT), 1)
            connections = len(destination.wait_for_ends())
            self.left_in_order(source, connections)
            self.left_in_order(destination, connections)

    def test_success(self) -> None:
        with Server() as server, tempfile.TemporaryDirectory() as directory:
            server.answering.set()
            copy = Path(directory, "copy")
            words = ["copy/nbdcopy", "--connections=1", server.uri, str(copy)]
            self.assertEqual(start(words).wait(TIMEOUT), 0)
            self.left_in_order(server)
            self.assertEqual(copy.read_bytes(), bytes(server.disk))


if __name__ == "__main__":
    unittest.main()
