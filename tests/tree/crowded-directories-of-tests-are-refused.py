#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A directory of tests with more names than anyone reads fails in lint.

A sub-directory is one name, and what is no test has no limit.
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
    """What lint says of a tree with these files, which are empty."""
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


def tests(directory: str, count: int) -> list[str]:
    return [f"{directory}/test-{number}.txt" for number in range(count)]


class Test(unittest.TestCase):
    def test_a_crowded_directory_is_named(self) -> None:
        for directory in "tests", "tests/wire", "tests/a/b", "copy/tests/data":
            self.assertEqual(limits(tests(directory, MOST)), "")
            self.assertEqual(
                limits(tests(directory, MOST + 1)),
                f"{directory}: 41 names, more than 40:"
                " put tests into directories by what they are about\n",
            )

    def test_a_directory_is_one_name(self) -> None:
        below = tests("tests/reads", MOST) + tests("tests/writes", MOST)
        self.assertEqual(limits(below + tests("tests", MOST - 2)), "")
        self.assertIn("tests: 41 names", limits(below + tests("tests", MOST - 1)))

    def test_other_directories_may_have_more(self) -> None:
        self.assertEqual(limits(tests("lib", MOST + 1)), "")


if __name__ == "__main__":
    unittest.main()
