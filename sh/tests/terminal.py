# SPDX-License-Identifier: MIT
"""A program on a pseudo terminal, at which a test types."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Mapping


def requires_terminal() -> None:
    """Skip the test unless Python can edit lines on a terminal."""
    try:
        import readline  # noqa: F401

        os.close(os.openpty()[0])
    except ImportError:
        print("SKIP: this Python has no readline")
        sys.exit(77)
    except OSError as error:
        print(f"SKIP: no pseudo terminals here: {error}")
        sys.exit(77)


def talk(
    arguments: list[str], text: bytes, environment: Mapping[str, str]
) -> tuple[int, bytes]:
    """Type the text at the prompt of a shell, which this Python runs with these
    arguments.  Returns its exit status and all that is shown."""
    child, terminal = pty.fork()
    if child == 0:
        quiet = {"TERM": "dumb", "INPUTRC": "/dev/null"}
        os.execve(
            sys.executable, [sys.executable, *arguments], {**environment, **quiet}
        )
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
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown
