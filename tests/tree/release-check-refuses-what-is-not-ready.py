#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each check of scripts/release-check fails when it should, and only then.

The test uses a small copy of the tree, which is ready to be released, and then
makes something wrong in it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(os.environ.get("srcdir", ".")).resolve()
BUILD = Path.cwd()
COPIED = (
    *(".gitignore", "configure.ac", "NEWS.md", "VERSIONING.md"),
    *("*/nbd*.1.in", "bindings/*/libnbd-*.3"),
    *("bindings/node/package.json", "bindings/rust/libnbd*/Cargo.toml"),
    *("generator/nbdgen/releases.py", "generator/nbdgen/emit/python/py.py"),
    *(
        "lib/released-interface.txt",
        "scripts/limits",
        "scripts/release-check",
        "copy/engine/journal.c",
    ),
)
MADE = "include/libnbd.h", "lib/libnbd.syms", "lib/.libs/libnbd.so.0"


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.addCleanup(directory.cleanup)
        self.top = Path(directory.name)
        for name in COPIED:
            for path in SOURCES.glob(name):
                self.copy(path, path.relative_to(SOURCES))
        for name in MADE:
            path = BUILD / name
            self.copy(path if path.exists() else SOURCES / name, Path(name))
        # The copy has only the two linked files that are made here.
        for name in "NEWS.md", "VERSIONING.md":
            self.change(name, r"\]\([^()]*\)", "]")
        links = "[news](NEWS.md) [tree](HACKING.md#the-tree)\n"
        (self.top / "README.md").write_text(links, encoding="utf-8")
        (self.top / "HACKING.md").write_text("## The tree\n", encoding="utf-8")
        number = re.search(r"causeway\], \[(.*?)\]", self.read("configure.ac"))
        assert number is not None
        self.change("NEWS.md", r"^## .*$", f"## {number[1]} (2026-01-31)", 1)
        self.git("init", "-q")
        self.commit()

    def copy(self, path: Path, name: Path) -> None:
        (self.top / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, self.top / name)
        (self.top / name).chmod(0o755)

    def read(self, name: str) -> str:
        return (self.top / name).read_text(encoding="utf-8")

    def change(self, name: str, old: str, new: str, count: int = 0) -> None:
        before = self.read(name)
        after = re.sub(old, new, before, count=count, flags=re.MULTILINE)
        self.assertNotEqual(before, after)
        (self.top / name).write_text(after, encoding="utf-8")

    def git(self, *arguments: str) -> None:
        settings = "user.name=test", "user.email=test@example.com", "core.fsync=none"
        command = [
            "git",
            *(word for one in settings for word in ("-c", one)),
            *arguments,
        ]
        subprocess.run(command, cwd=self.top, check=True)

    def commit(self) -> None:
        self.git("add", "--all", ".")
        self.git("commit", "-q", "--allow-empty", "-m", "test")

    def check(self, *failed: str) -> str:
        """Expect that exactly these checks fail, given the beginnings of their
        lines."""
        done = subprocess.run(
            (sys.executable, "-B", "scripts/release-check", "--cheap"),
            cwd=self.top,
            capture_output=True,
            text=True,
        )
        lines = [line[7:] for line in done.stdout.split("\n") if line[:1] == "F"]
        self.assertEqual(len(lines), len(failed), done.stdout + done.stderr)
        for line, beginning in zip(lines, failed):
            self.assertTrue(line.startswith(beginning), line)
        self.assertEqual(done.returncode, 1 if failed else 0)
        return done.stdout

    def test_ready(self) -> None:
        self.assertEqual(self.check().count("\n"), 10)

    def test_what_is_wrong_is_told(self) -> None:
        wrong = (
            ("bindings/node/package.json", r'"version": "', '"version": "9', "config"),
            (
                "bindings/rust/libnbd/Cargo.toml",
                r'^version = "',
                'version = "9',
                "the ",
            ),
            ("NEWS.md", r" \(2026-01-31\)", " (soon)", "NEWS.md begins"),
            ("NEWS.md", "^## [0-9]+", "## 77", "NEWS.md begins"),
            ("info/nbdinfo.1.in", "libnbd 1", "libnbd 7", "all manual pages"),
            ("include/libnbd.h", r"(LIBNBD_TLS_ALLOW +)1", r"\g<1>7", "nothing"),
            (
                "include/libnbd.h",
                "extern int nbd_flush",
                "extern bool nbd_flush",
                "nothing",
            ),
            ("lib/libnbd.syms", "nbd_cancel;", "nbd_rancel;", "the library"),
            ("copy/engine/journal.c", "journal 1", "journal 2", "VERSIONING.md"),
            ("README.md", r"\]\(NEWS.md\)", "](OLDS.md)", "links"),
            ("README.md", r"#the-tree\)", "#the-wood)", "links"),
            ("scripts/release-check", "SPDX", "NONE", "each file"),
        )
        for name, old, new, beginning in wrong:
            with self.subTest(name=name, new=new):
                before = self.read(name)
                self.change(name, old, new)
                self.commit()
                try:
                    self.check(beginning)
                finally:
                    (self.top / name).write_text(before, encoding="utf-8")

    def test_what_is_not_committed_is_told(self) -> None:
        (self.top / "left.txt").touch()
        self.assertIn("left.txt", self.check("everything is committed"))


if __name__ == "__main__":
    if not shutil.which("git"):
        print("skipped: there is no git")
        sys.exit(77)
    if not shutil.which("objdump"):
        print("skipped: there is no objdump")
        sys.exit(77)
    unittest.main()
