#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Mistakes in pages are found, and processes that pages start are ended."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RUN_PAGE = Path(__file__).resolve().parent / "run-page"


def run(text: str) -> tuple[int, str]:
    """Return the exit status and the output of run-page for a page of this text."""
    with tempfile.TemporaryDirectory() as directory:
        page = Path(directory) / "page.md"
        page.write_text(text)
        done = subprocess.run(
            [sys.executable, RUN_PAGE, page], stdout=subprocess.PIPE, text=True
        )
    if done.returncode == 77:
        raise unittest.SkipTest(done.stdout)
    return done.returncode, done.stdout


class Test(unittest.TestCase):
    def right(self, text: str) -> None:
        self.assertEqual(run(text), (0, ""))

    def wrong(self, text: str, said: str) -> None:
        status, output = run(text)
        self.assertEqual(status, 1)
        self.assertIn(said, output)

    def test_output(self) -> None:
        self.right("```console\n$ echo one; echo two  3\none\ntwo 3\n```\n")
        self.right(
            "```console\n$ seq 9\n1\n...\n9\n$ echo about 5.7 K\nabout ~5 K\n```\n"
        )
        self.right("```console\n$ echo a b c\na ... c\n```\n")
        self.wrong("```console\n$ echo one\ntwo\n```\n", "expected:\ntwo\n")
        self.wrong("```console\n$ echo one\n```\n", "got:\none\n")
        self.wrong("```console\n$ true\none\n```\n", "expected:\none\n")

    def test_status(self) -> None:
        self.right("```console\n$ false\n$ echo $?\n1\n```\n")
        self.wrong("```console\n$ false\n```\n", "2: $ false\nit ends with status 1")

    def test_one_shell(self) -> None:
        self.right(
            "```console\n$ cd /\n$ x=1\n```\n```console\n$ echo $PWD$x\n/1\n```\n"
        )
        self.right("```console\n$ cat <<END\n> text\n> END\ntext\n```\n")

    def test_files(self) -> None:
        self.right("`a/b`:\n```text a/b\nhere\n```\n```console\n$ cat a/b\nhere\n```\n")
        self.wrong("`a`:\n```text a\nhere\n```\n", "nothing is done with a")
        self.wrong("```text a\nhere\n```\n", "no sentence names the file a")
        self.wrong("```c\nint x;\n```\n", "give the file's name")

    def test_not_run(self) -> None:
        status, output = run("```console not run: it is far\n$ false\n```\n")
        self.assertEqual((status, output), (0, "not run: page.md:2: it is far\n"))

    def test_links(self) -> None:
        self.right("[here](page.md), [there](https://example.com)\n")
        self.wrong("[nowhere](none.md)\n", "there is no none.md")

    def test_what_is_started_ends(self) -> None:
        status, output = run("```console\n$ setsid sleep 1000 &\n$ echo $!\n1\n```\n")
        self.assertEqual(status, 1)
        number = output.split("got:\n")[1].split()[0]
        self.assertFalse(Path(f"/proc/{number}").exists())


if __name__ == "__main__":
    unittest.main()
