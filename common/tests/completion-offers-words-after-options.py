#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If an option's argument is one of a set of words, bash completes these words.

This runs in a bash with a terminal, since an interactive bash splits words at
"=" and ":".
"""

from __future__ import annotations

import os
import pty
import re
import unittest

LINES = {
    "nbdinfo --can rot": "--can rotational ",
    "nbdinfo --isnt=extended": "--isnt=extended-headers ",
    "nbdinfo --can write --tota": "--can write --total",
    "nbdinfo --map=base": "--map=base:allocation ",
    "nbdinfo --map=base:": "--map=base:allocation ",
    "nbdinfo --map=qemu:d": "--map=qemu:dirty-bitmap:",
    "nbdinfo --json --map=qemu:a": "--json --map=qemu:allocation-depth ",
    # An optional argument has to be joined by "=", and some options have no
    # set of words.
    "nbdinfo --map base": "--map base",
    "nbdcopy --context base:": "--context base:allocation ",
    "nbdcopy --blkhash=sha2": "--blkhash=sha256 ",
    "nbdcopy --progress=js": "--progress=json:",
    "nbdcopy --map=exam": "--map=example ",
    "nbdinfo exam": "example ",
    "nbdcopy --requests=exam": "--requests=example ",
    "nbdinfo --unknown=%s$(false)x": "--unknown=%s$(false)x",
}
# Keys that make the line a command which prints the line as it was.
PRINT = "\x01printf '@@%s@@\\n' '\x05'\r"


class Shell:
    """bash with our completion, in a directory with one file."""

    def __init__(self) -> None:
        tools = [f"{os.getcwd()}/{place}" for place in ("info", "copy")]
        top = os.environ.get("srcdir", ".")
        script = os.path.abspath(f"{top}/common/completion.bash")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["PATH"] = ":".join([*tools, os.environ["PATH"]])
            os.environ.update(TERM="dumb", HOME="/nonexistent")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.type("d=$(mktemp -d); cd $d; touch example\r")
        self.type(f"bind 'set bell-style none'; . '{script}'\r")

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def complete(self, line: str) -> str:
        """What the line becomes when Tab is typed behind it."""
        self.type(line + "\t" + PRINT)
        text = b""
        while not (found := re.search(rb"\n@@(.*)@@\r", text)):
            text += os.read(self.fd, 4096)
        return found[1].decode()

    def close(self) -> None:
        self.type("rm -r $d; exit\r")
        try:
            while os.read(self.fd, 4096):
                pass
        except OSError:  # so ends a terminal
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class Test(unittest.TestCase):
    def test_lines(self) -> None:
        shell = Shell()
        for line, want in LINES.items():
            with self.subTest(line):
                command = line.split()[0]
                self.assertEqual(shell.complete(line), f"{command} {want}")
        shell.close()


if __name__ == "__main__":
    unittest.main()
