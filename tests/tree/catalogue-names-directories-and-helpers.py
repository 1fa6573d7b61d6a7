#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""tests/README.md names each directory of tests and each helper.

Directories that only tests of the generator read contain no tests.  A helper
in C is named by its header.
"""

from __future__ import annotations

import os
import unittest
from pathlib import Path

TESTS = Path(os.environ.get("srcdir", ".")).resolve() / "tests"
NO_TESTS = {"backports", "golden", "lib", "rules"}
# An earlier build may have left directories without such files.
SOURCES = {".c", ".mk", ".py", ".sh", ".txt"}
HELPERS = "lib/*.[hps]*", "lib/[flt]*/*.h", "lib/tls/*-over-tls.c"
CATALOGUE = (TESTS / "README.md").read_text(encoding="utf-8")


def directories(parent: Path) -> list[Path]:
    """Return the directories below this one that have tests."""
    return [
        path
        for path in sorted(parent.iterdir())
        if path.is_dir()
        and path.name not in NO_TESTS
        and any(file.suffix in SOURCES for file in path.rglob("*"))
    ]


def unnamed(names: list[str]) -> list[str]:
    """Return the names that are not between back quotes, alone or in a path."""
    return [
        name
        for name in names
        if f"`{name}" not in CATALOGUE and f"/{name}`" not in CATALOGUE
    ]


class Test(unittest.TestCase):
    def test_directories(self) -> None:
        found = directories(TESTS)
        self.assertIn(TESTS / "wire", found)
        for path in found[:]:
            found += directories(path)
        self.assertEqual(unnamed([f"{path.name}/" for path in found]), [])

    def test_helpers(self) -> None:
        found = {path for pattern in HELPERS for path in TESTS.glob(pattern)}
        self.assertIn(TESTS / "lib/libtest/check.h", found)
        self.assertEqual(unnamed(sorted(path.name for path in found)), [])

    def test_names_can_be_missing(self) -> None:
        self.assertEqual(unnamed(["wire/", "no-such-helper.sh"]), ["no-such-helper.sh"])


if __name__ == "__main__":
    unittest.main()
