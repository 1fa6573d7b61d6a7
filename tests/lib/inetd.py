#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run a program for each connection, as inetd does.

usage: inetd.py [--one] PROGRAM [ARGUMENT...]

The listening socket comes by systemd's socket activation, see listen.py.  The
program gets the connection as its standard input and output.  With --one only
the first connection is served, and the kernel keeps the others waiting.
"""

from __future__ import annotations

import os
import signal
import socket
import sys

FIRST_ACTIVATED_FD = 3


def main() -> None:
    """Accept connections until killed."""
    one = sys.argv[1] == "--one"
    command = sys.argv[2:] if one else sys.argv[1:]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(fileno=FIRST_ACTIVATED_FD)
    os.set_inheritable(listener.fileno(), False)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            os.dup2(connection.fileno(), 0)
            os.dup2(connection.fileno(), 1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.execvp(command[0], command)
        connection.close()
        while one:
            signal.pause()


main()
