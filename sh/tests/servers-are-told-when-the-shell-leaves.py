#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""However a script ends, replies to requests in flight are received, and all
handles disconnect in order.  Signals end calls of any handle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

import ending
from ending import ENDING, TIMEOUT, Server, start

if os.environ.get("LIBNBD_SANITIZERS") or not Path("sh/nbdsh").exists():
    print("SKIP: no nbdsh that can be run was built")
    sys.exit(77)

LIST = 3


class Negotiation(ending.Connection):
    def answer(self, option: int, kind: int, payload: bytes = b"") -> None:
        if option == LIST:
            self.server.note("list", 0, 0, 0)
        super().answer(option, kind, payload)


class Listing(Server):
    """Does not answer the request for its list before the test allows it."""

    connection = Negotiation


READING = """
for handle in h, other:
    handle.aio_pread(nbd.Buffer(512), 0)
"""


def shell(server: Server, script: str, **kwargs: Any) -> subprocess.Popen[bytes]:
    """Run a script in nbdsh with two handles, h and other."""
    code = f"""
other = nbd.NBD()
other.set_uri_allow_local_file(True)
other.connect_uri({server.uri!r})
{script}"""
    words = [sys.executable, "sh/nbdsh", "-u", server.uri, "-c", code]
    return start(words, **kwargs)


class Test(unittest.TestCase):
    def test_ends_of_scripts(self) -> None:
        for script, status in (
            ("pass", 0),
            ("exit(3)", 3),
            ("1/0", 1),
            ("h.pread(512, 1 << 60)", 1),
            ("raise KeyboardInterrupt", -signal.SIGINT),
            ("h.close()", 0),
        ):
            with self.subTest(script), Server() as server:
                server.answering.set()
                tool = shell(server, READING + script, stderr=subprocess.DEVNULL)
                self.assertEqual(tool.wait(TIMEOUT), status)
                ends = sorted(server.wait_for_ends(2))
                # close does not disconnect in order, as in the library.
                left = "without a word" if "close" in script else "in order"
                self.assertEqual(ends, ["in order", left])

    def test_signals_end_any_call(self) -> None:
        for call in (
            "other.pread(512, 0)",
            "h.pread_structured(512, 0, print)",
            "other.flush()",
            "while True: other.poll(-1)",
            "import time; time.sleep(1000)",
        ):
            for number in ENDING:
                with self.subTest(call, number=number), Server() as server:
                    tool = shell(server, READING + call)
                    server.wait_for(lambda: len(server.log) == 2)
                    tool.send_signal(number)
                    server.answering.set()
                    self.assertEqual(tool.wait(TIMEOUT), -number)
                    self.assertEqual(server.wait_for_ends(2), ["in order"] * 2)

    def test_negotiations_end(self) -> None:
        """There is nothing to wait for, so the connection is simply closed."""
        for number in ENDING:
            with self.subTest(number=number), Listing() as server:
                code = f"""
h.set_uri_allow_local_file(True)
h.connect_uri({server.uri!r})
h.opt_list(print)"""
                words = [sys.executable, "sh/nbdsh", "--opt-mode", "-c", code]
                tool = start(words)
                server.wait_until_asked()
                tool.send_signal(number)
                self.assertEqual(tool.wait(TIMEOUT), -number)
                server.answering.set()

    def test_threads_go_on(self) -> None:
        """Calls in other threads continue if a signal is caught."""
        with Server() as server:
            script = """
import threading
result = []
thread = threading.Thread(target=lambda: result.append(other.pread(512, 0)))
thread.start()
try:
    h.pread(512, 0)
except KeyboardInterrupt:
    print("interrupted", flush=True)
thread.join()
print(len(result[0]))
"""
            tool = shell(server, script, stdout=subprocess.PIPE)
            assert tool.stdout is not None
            server.wait_for(lambda: len(server.log) == 2)
            tool.send_signal(signal.SIGINT)
            self.assertEqual(tool.stdout.readline(), b"interrupted\n")
            server.answering.set()
            self.assertEqual(tool.stdout.read(), b"512\n")
            self.assertEqual(tool.wait(TIMEOUT), 0)
            tool.stdout.close()


if __name__ == "__main__":
    unittest.main()
