# SPDX-License-Identifier: MIT
"""Lists of files for automake, which takes no wildcards where tests are."""

from __future__ import annotations

from pathlib import Path


def emit_transcripts_mk(root: Path) -> str:
    """tests/wire/transcripts.mk: a transcript is registered by being there."""
    below = (root / "tests/wire").rglob("*.txt")
    found = sorted(str(path.relative_to(root)) for path in below)
    return " \\\n\t".join(["transcripts =", *found])
