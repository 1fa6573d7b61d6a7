#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A release has all files of the tree, also those of what is not built here.

Automake does not distribute what is only named as a test, so a release could lack a
test that it runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import makefile

TOP = Path(os.environ.get("srcdir", ".")).resolve()


def tracked() -> set[str]:
    """The files of the checkout, or none if git knows of none."""
    if not (TOP / ".git").exists() or shutil.which("git") is None:
        return set()
    done = subprocess.run(
        ["git", "ls-files"], cwd=TOP, stdout=subprocess.PIPE, text=True
    )
    # Only a checkout has files that git must ignore.
    return {f for f in done.stdout.splitlines() if not f.endswith(".gitignore")}


def distributed() -> set[str]:
    """The files and directories that "make dist" copies, below the top."""
    srcdir, files = makefile.values("$(srcdir)", "$(DISTFILES)")
    return {os.path.normpath(word.removeprefix(f"{srcdir}/")) for word in files.split()}


def main() -> int:
    files = tracked()
    if not files:
        print("SKIP: this is no checkout, or there is no git")
        return 77
    named = distributed()
    missing = [
        file
        for file in sorted(files)
        if named.isdisjoint([file, *map(str, Path(file).parents)])
    ]
    for file in missing:
        print(f"{file} is not distributed; add it to EXTRA_DIST")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
