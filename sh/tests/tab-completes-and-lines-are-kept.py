# SPDX-License-Identifier: MIT
"""On a terminal Tab completes names, and the next shell has the history of
lines."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import terminal

terminal.requires_terminal()

SHELL = Path(os.environ["top_builddir"], "sh", "nbdsh")


def talk(text: bytes, history: Path) -> bytes:
    """Type the text at the prompt, and return all that is shown."""
    environment = {**os.environ, "NBDSH_HISTORY": str(history)}
    status, shown = terminal.talk([str(SHELL), "-n"], text, environment)
    assert status == 0, f"status {status}: {shown!r}"
    return shown


with tempfile.TemporaryDirectory() as directory:
    history = Path(directory, "history")
    shown = talk(b"print(nbd.CONTEXT_BASE_ALL\t)\nexit()\n", history)
    assert b"base:allocation" in shown, shown
    assert "print(nbd.CONTEXT_BASE_ALLOCATION)" in history.read_text(), shown
    # Two lines up is the line before exit().
    shown = talk(b"\x10\x10\nexit()\n", history)
    assert b"base:allocation\r\n" in shown, shown
