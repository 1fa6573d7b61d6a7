#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If a server accepts a connection and sends nothing, each tool waits.  On a
terminal, but not elsewhere, it says so after some seconds, also with a reconnect
timeout."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from ending import TIMEOUT, start, tools

try:
    os.close(os.openpty()[0])
except OSError as error:
    print(f"SKIP: no pseudo terminals here: {error}")
    sys.exit(77)


class Test(unittest.TestCase):
    def test_tools(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        path = str(Path(directory.name, "socket"))
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen(100)

        # All at the same time, since each takes some seconds.
        running = []
        uri = f"nbd+unix:///?socket={path}"
        lasting = tools(f"{uri}&reconnect-timeout=10m")
        for name, words in [*tools(uri).items(), *lasting.items()]:
            ours, theirs = os.openpty()
            terminal = start(words, stderr=theirs)
            os.close(theirs)
            pipe = start(words, stderr=subprocess.PIPE)
            running.append((name, ours, terminal, pipe))
        for name, ours, terminal, pipe in running:
            with self.subTest(name):
                shown = b""
                while b"waiting" not in shown:
                    shown += os.read(ours, 4096)
                while not shown.endswith(b"\n"):
                    shown += os.read(ours, 4096)
                self.assertIn(b"still waiting: there is a connection", shown)
                self.assertIn(name.encode() + b": ", shown)
                for tool in terminal, pipe:
                    tool.terminate()
                    self.assertEqual(tool.wait(TIMEOUT), -signal.SIGTERM)
                assert pipe.stderr is not None
                with pipe.stderr:
                    self.assertNotIn(b"waiting", pipe.stderr.read())
                os.close(ours)


if __name__ == "__main__":
    unittest.main()
