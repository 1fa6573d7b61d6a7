# SPDX-License-Identifier: MIT
"""Lists of files for automake, which takes no wildcards where tests are."""

from __future__ import annotations

from pathlib import Path


def emit_transcripts_mk(root: Path) -> str:
    """tests/wire/transcripts.mk: a transcript is registered by being there."""
    found = sorted(path.name for path in (root / "tests/wire").glob("*.txt"))
    return " \\\n\t".join(["transcripts =", *(f"tests/wire/{n}" for n in found)])
