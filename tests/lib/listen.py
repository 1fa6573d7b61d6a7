#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Listen on a new socket, print its port, and become a server.

usage: listen.py unix|tcp4|tcp6|vsock|refusing4 SOCKET COMMAND [ARGUMENT...]

The server gets the socket by systemd's socket activation.  The kernel chooses
the port, and the socket listens before the line is printed, so that nobody has
to guess a port or to wait for a server.  SOCKET is the path for unix; a
leading @ means an abstract name.  With refusing4 the socket has a port as with
tcp4 and does not listen, so that connections are refused as long as the
command runs.  If this machine does not support the kind, "skip" and the reason
are printed.
"""

from __future__ import annotations

import errno
import os
import socket
import sys

FIRST_ACTIVATED_FD = 3
VMADDR_CID_LOCAL = 1
VMADDR_PORT_ANY = 0xFFFFFFFF
# The kernel's errors if it lacks an address family or its loopback.
ABSENT = {
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.ENODEV,
    errno.EOPNOTSUPP,
    errno.EPERM,
}


def listening_socket(kind: str, path: str) -> tuple[socket.socket, str]:
    """Make a socket of that kind.  Return it, and what to print for the
    test."""
    if kind == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.bind("\0" + path[1:] if path.startswith("@") else path)
        sock.listen()
        return sock, path
    if kind == "vsock":
        sock = socket.socket(socket.AF_VSOCK)
        sock.bind((VMADDR_CID_LOCAL, VMADDR_PORT_ANY))
        sock.listen()
        # Without the kernel's vsock loopback, nobody could connect.
        with socket.socket(socket.AF_VSOCK) as probe:
            probe.connect(sock.getsockname())
        sock.accept()[0].close()
        return sock, str(sock.getsockname()[1])
    family = socket.AF_INET6 if kind == "tcp6" else socket.AF_INET
    sock = socket.socket(family)
    sock.bind(("::1" if kind == "tcp6" else "127.0.0.1", 0))
    if kind != "refusing4":
        sock.listen()
    return sock, str(sock.getsockname()[1])


def main() -> None:
    kind, path, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    try:
        sock, line = listening_socket(kind, path)
    except OSError as error:
        if error.errno not in ABSENT:
            raise
        print(f"skip no {kind} here: {error.strerror}")
        return
    print(line, flush=True)
    os.dup2(2, 1)
    if sock.fileno() == FIRST_ACTIVATED_FD:
        os.set_inheritable(FIRST_ACTIVATED_FD, True)
    else:
        os.dup2(sock.fileno(), FIRST_ACTIVATED_FD)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
