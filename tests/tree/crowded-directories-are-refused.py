#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""lint refuses a directory that has more than 40 names.

A sub-directory counts as one name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LIMITS = Path(os.environ.get("srcdir", ".")).resolve() / "scripts/limits"
MOST = 40


def limits(files: list[str]) -> str:
    """Return what scripts/limits says of a tree with these files, which are
    empty."""
    with tempfile.TemporaryDirectory() as top:
        for file in files:
            path = Path(top, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        done = subprocess.run(
            [sys.executable, "-B", LIMITS, *files],
            cwd=top,
            stdout=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == (1 if done.stdout else 0), done.returncode
    return done.stdout


def some(directory: str, count: int) -> list[str]:
    return [f"{directory}/file-{number}.txt" for number in range(count)]


class Test(unittest.TestCase):
    def test_a_crowded_directory_is_named(self) -> None:
        for directory in "lib", "copy/engine", "tests/wire", "copy/tests/data":
            self.assertEqual(limits(some(directory, MOST)), "")
            self.assertEqual(
                limits(some(directory, MOST + 1)),
                f"{directory}: 41 names, more than 40:"
                " put files into directories by what they are about\n",
            )

    def test_the_top_is_a_directory(self) -> None:
        files = [f"file-{number}.txt" for number in range(MOST - 1)]
        self.assertEqual(limits(files + some("lib", 2)), "")
        self.assertIn(".: 41 names", limits(files + some("lib", 1) + some("sh", 1)))

    def test_a_directory_is_one_name(self) -> None:
        below = some("lib/reads", MOST) + some("lib/writes", MOST)
        self.assertEqual(limits(below + some("lib", MOST - 2)), "")
        self.assertIn("lib: 41 names", limits(below + some("lib", MOST - 1)))


if __name__ == "__main__":
    unittest.main()
