# SPDX-License-Identifier: MIT
"""Lists of files for automake, which does not take wildcards for tests."""

from __future__ import annotations

from pathlib import Path


def emit_transcripts_mk(root: Path) -> str:
    """tests/wire/transcripts.mk: each transcript below the directory is a test."""
    below = (root / "tests/wire").rglob("*.txt")
    found = sorted(str(path.relative_to(root)) for path in below)
    return " \\\n\t".join(["transcripts =", *found])
