#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tools can connect to a server that hangs up on an option that it does not know.

Every tool connects again without extended headers, structured replies or
metadata contexts, but only if the server has hung up on that option.
"""

from __future__ import annotations

import os
import subprocess
import sys
import unittest

import nbd_server
from nbd_server import (
    EXTENDED_HEADERS,
    GO,
    SET_META_CONTEXT,
    STRUCTURED_REPLY,
)

# Each tool, and its arguments before and behind the server.
TOOLS: tuple[tuple[str, list[str], list[str]], ...] = (
    ("info/nbdinfo", ["--size"], []),
    ("dump/nbddump", ["--length=512"], []),
    ("copy/nbdcopy", [], ["null:"]),
    ("discard/nbddiscard", ["--yes"], []),
    ("zero/nbdzero", ["--yes"], []),
    ("sh/nbdsh", ["--base-allocation", "-u"], ["-c", "h.pread(512, 0)"]),
)
LEFT = "the server closed the connection while its answer was awaited"
NAMES = {
    EXTENDED_HEADERS: "NBD_OPT_EXTENDED_HEADERS",
    STRUCTURED_REPLY: "NBD_OPT_STRUCTURED_REPLY",
    GO: "NBD_OPT_GO",
}


class Server(nbd_server.Server):
    """Has a small disk."""

    def __init__(self, *hangs_up_on: int) -> None:
        super().__init__(1 << 16)
        self.hangs_up_on = frozenset(hangs_up_on)


class Patient(Server):
    """Serves one client after the other."""

    flags = nbd_server.ALL & ~nbd_server.MULTI_CONN

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connection(self, client).serve()


class Brief(Server):
    """Serves one client, and ends."""

    def accept(self) -> None:
        client, _ = self.listener.accept()
        self.path.unlink()
        self.connection(self, client).serve()


def tools() -> list[tuple[str, list[str], list[str]]]:
    """Those that were built.  nbdsh cannot run with sanitizers, since Python itself
    is built without them."""
    return [
        tool
        for tool in TOOLS
        if os.access(tool[0], os.X_OK)
        and not (tool[0] == "sh/nbdsh" and os.environ.get("LIBNBD_SANITIZERS"))
    ]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=dict(os.environ, **environment),
    )


class Test(unittest.TestCase):
    def check_reached(self, *hangs_up_on: int) -> None:
        """Each tool succeeds, and sends each of these options at most once."""
        for name, before, behind in tools():
            with self.subTest(name), Patient(*hangs_up_on) as server:
                done = run(name, *before, server.uri, *behind)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                *failed, last = server.conversations
                self.assertEqual(last[-1], GO)
                bad = set(server.hangs_up_on)
                self.assertFalse(bad.intersection(last))
                asked = [options[-1] for options in failed]
                self.assertEqual(len(asked), len(set(asked)))
                self.assertTrue(bad.issuperset(asked))

    def test_without_extended_headers(self) -> None:
        self.check_reached(EXTENDED_HEADERS)

    def test_without_structured_replies(self) -> None:
        self.check_reached(STRUCTURED_REPLY)

    def test_without_either(self) -> None:
        self.check_reached(EXTENDED_HEADERS, STRUCTURED_REPLY)

    def test_without_contexts(self) -> None:
        self.check_reached(EXTENDED_HEADERS, SET_META_CONTEXT)

    def test_other_failures_are_final(self) -> None:
        for name, before, behind in tools():
            with self.subTest(name), Patient(GO) as server:
                done = run(name, *before, server.uri, *behind)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"NBD_OPT_GO: {LEFT}", done.stderr)
                self.assertEqual(len(server.conversations), 1)

    def test_the_message_tells_it_all(self) -> None:
        options = EXTENDED_HEADERS, STRUCTURED_REPLY, GO
        first, second, third = (f"{NAMES[option]}: {LEFT}" for option in options)
        with Patient(*options) as server:
            done = run("dump/nbddump", server.uri)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            done.stderr,
            f"nbddump: {server.uri}: nbd_connect_uri: {first}; "
            f"without extended headers: {second}; "
            f"without structured replies: {third}\n",
        )
        with Brief(EXTENDED_HEADERS) as brief:
            done = run("dump/nbddump", brief.uri)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"nbd_connect_uri: {first}; without", done.stderr)
        self.assertIn("extended headers: connect: ", done.stderr)

    def test_debug_output_says_so(self) -> None:
        again = "connecting again without extended headers\n"
        with Patient(EXTENDED_HEADERS) as server:
            done = run("copy/nbdcopy", "-v", server.uri, "null:")
            self.assertIn(again, done.stderr)
            done = run("info/nbdinfo", "--size", server.uri, LIBNBD_DEBUG="1")
            self.assertIn(again, done.stderr)

    def test_further_connections_know_it(self) -> None:
        with Server(EXTENDED_HEADERS) as server:
            done = run("copy/nbdcopy", "--connections=3", server.uri, "null:")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        asked = [EXTENDED_HEADERS in options for options in server.conversations]
        self.assertTrue(asked[0])
        self.assertGreater(len(asked), 2)
        self.assertNotIn(True, asked[1:])

    def test_servers_that_are_children_are_started_again(self) -> None:
        script = """
import socket, sys
import nbd_server
class Server(nbd_server.Server):
    hangs_up_on = frozenset([nbd_server.EXTENDED_HEADERS])
print("started", file=sys.stderr)
client, _ = socket.socket(fileno=3).accept()
nbd_server.Connection(Server(512), client).serve()
"""
        child = "[", sys.executable, "-c", script, "]"
        done = run("info/nbdinfo", "--size", *child)
        self.assertEqual((done.returncode, done.stdout), (0, "512\n"))
        self.assertEqual(done.stderr, "started\nstarted\n")


if __name__ == "__main__":
    unittest.main()
