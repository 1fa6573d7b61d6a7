# SPDX-License-Identifier: MIT
"""On a terminal the shell works for a user without a home directory, as in a
container that runs as any number."""

from __future__ import annotations

import os

import terminal

terminal.requires_terminal()

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

environment = dict(os.environ)
for name in "HOME", "NBDSH_HISTORY":
    environment.pop(name, None)
status, shown = terminal.talk(["-c", PROGRAM], b"print(6 * 7)\nexit(5)\n", environment)
assert status == 5, f"status {status}: {shown!r}"
assert b"\n42\r\n" in shown, shown
