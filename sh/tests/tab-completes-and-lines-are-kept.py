# SPDX-License-Identifier: MIT
"""On a terminal Tab completes names, and the next shell has the history of
lines."""

from __future__ import annotations

import os
import pty
import sys
import tempfile
from pathlib import Path

try:
    import readline  # noqa: F401

    os.close(os.openpty()[0])
except ImportError:
    print("SKIP: this Python has no readline")
    sys.exit(77)
except OSError as error:
    print(f"SKIP: no pseudo terminals here: {error}")
    sys.exit(77)

SHELL = Path(os.environ["top_builddir"], "sh", "nbdsh")


def talk(text: bytes, history: Path) -> bytes:
    """Type the text at the prompt, and return all that is shown."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(NBDSH_HISTORY=str(history), TERM="dumb", INPUTRC="/dev/null")
        os.execv(sys.executable, [sys.executable, str(SHELL), "-n"])
    shown = b""
    typed = False
    while True:
        if not typed and b"nbd> " in shown:
            os.write(terminal, text)
            typed = True
        try:
            data = os.read(terminal, 4096)
        except OSError:  # at the end of a terminal, on Linux
            break
        if not data:
            break
        shown += data
    _, status = os.waitpid(child, 0)
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
