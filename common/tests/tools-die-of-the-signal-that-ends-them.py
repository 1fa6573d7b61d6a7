#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A tool cleans up and then dies of the signal that ended it.  So its parent sees
which signal that was, and Ctrl-C also ends a loop in a shell.  If the reader of
the output goes away the tool dies of SIGPIPE.  Signals that are ignored when the
tool starts stay ignored."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from ending import ENDING, SIZE, TIMEOUT, Server, start, tools

# Ends a moment after SIGTERM.
SLOW = """
import os, select, signal, sys
def end(*_):
    select.select([], [], [], 0.2)
    open(sys.argv[1], "w").close()
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[2], "w").close()
while True:
    signal.pause()
"""
# Never ends, not even when its connection is closed.
STUBBORN = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[1] + "+", "w") as file:
    file.write(str(os.getpid()))
os.rename(sys.argv[1] + "+", sys.argv[1])
while True:
    signal.pause()
"""


def pending(pid: int, number: int) -> bool:
    """Whether the process has not noticed its signal yet."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, value = line.split(":\t", 1)
        if name in ("SigPnd", "ShdPnd") and int(value, 16) >> (number - 1) & 1:
            return True
    return False


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def wait_for_file(self, name: str) -> Path:
        path = self.directory / name
        while not path.exists():
            select.select([], [], [], 0.01)
        return path

    def test_loops_of_a_shell_end(self) -> None:
        loop = 'until "$@"; do echo again; done'
        for name in tools(""):
            with self.subTest(name), Server() as server:
                words = ["bash", "-c", loop, "bash", *tools(server.uri)[name]]
                shell = start(words, start_new_session=True)
                server.wait_until_asked()
                # Signal the whole group, as a terminal does.
                os.killpg(shell.pid, signal.SIGINT)
                server.answering.set()
                self.assertEqual(shell.wait(TIMEOUT), -signal.SIGINT)

    def test_ignored_pipe(self) -> None:
        """If SIGPIPE is ignored, the tool fails with a message."""
        for name in tools(""):
            if name == "nbdsh":
                continue
            with self.subTest(name), Server() as server:
                tool = start(
                    tools(server.uri)[name],
                    signal.SIG_IGN,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
                assert tool.stdout is not None and tool.stderr is not None
                server.wait_until_asked()
                tool.stdout.close()
                server.answering.set()
                with tool.stderr:
                    self.assertIn(b"standard output: Broken pipe", tool.stderr.read())
                self.assertEqual(tool.wait(TIMEOUT), 1)

    def test_ignored_signals(self) -> None:
        for name in tools(""):
            with self.subTest(name), Server() as server:
                tool = start(
                    tools(server.uri)[name], signal.SIG_IGN, stdout=subprocess.PIPE
                )
                server.wait_until_asked()
                for number in (*ENDING, signal.SIGPIPE):
                    tool.send_signal(number)
                server.answering.set()
                output, _ = tool.communicate(timeout=TIMEOUT)
                self.assertGreaterEqual(len(output), SIZE if name == "nbdcopy" else 10)
                checks = name in ("nbddiscard", "nbdzero")
                self.assertEqual(tool.returncode, 1 if checks else 0)

    def test_two_in_a_row_mean_one(self) -> None:
        """Two signals at once, as timeout(1) sends them, count as one: the tool still
        waits for its server to end."""
        server = [sys.executable, "-c", SLOW]
        ended, running = (str(self.directory / name) for name in ("ended", "running"))
        tool = start(["info/nbdinfo", "[", *server, ended, running, "]"])
        self.wait_for_file("running")
        tool.terminate()
        while pending(tool.pid, signal.SIGTERM):
            select.select([], [], [], 0.001)
        tool.terminate()
        self.assertEqual(tool.wait(TIMEOUT), -signal.SIGTERM)
        self.assertTrue(os.path.exists(ended))

    def test_a_later_one_ends_it_at_once(self) -> None:
        server = [sys.executable, "-c", STUBBORN, str(self.directory / "pid")]
        tool = start(["info/nbdinfo", "[", *server, "]"])
        child = int(self.wait_for_file("pid").read_text())
        try:
            pidfd = os.pidfd_open(tool.pid)
            while not select.select([pidfd], [], [], 0.1)[0]:
                tool.terminate()
            os.close(pidfd)
            self.assertEqual(tool.wait(TIMEOUT), -signal.SIGTERM)
        finally:
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
