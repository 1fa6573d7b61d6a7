# SPDX-License-Identifier: MIT
"""On a terminal the shell works for a user without a home directory, as in a
container that runs as any number."""

from __future__ import annotations

import os
import pty
import sys

try:
    import readline  # noqa: F401

    os.close(os.openpty()[0])
except ImportError:
    print("SKIP: this Python has no readline")
    sys.exit(77)
except OSError as error:
    print(f"SKIP: no pseudo terminals here: {error}")
    sys.exit(77)

# A user who is in no list has no home.
PROGRAM = """
import pwd, sys
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
sys.argv = ["nbdsh", "-n"]
import nbdsh
nbdsh.shell()
"""

child, terminal = pty.fork()
if child == 0:
    for name in "HOME", "NBDSH_HISTORY":
        os.environ.pop(name, None)
    os.environ.update(TERM="dumb", INPUTRC="/dev/null")
    os.execv(sys.executable, [sys.executable, "-c", PROGRAM])
shown = b""
typed = False
while True:
    if not typed and b"nbd> " in shown:
        os.write(terminal, b"print(6 * 7)\nexit(5)\n")
        typed = True
    try:
        data = os.read(terminal, 4096)
    except OSError:  # at the end of a terminal, on Linux
        break
    if not data:
        break
    shown += data
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 5, f"status {status}: {shown!r}"
assert b"\n42\r\n" in shown, shown
