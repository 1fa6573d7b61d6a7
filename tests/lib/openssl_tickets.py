# SPDX-License-Identifier: MIT
"""Connect to a server whose session tickets come with its first reply or before
it.

usage: openssl_tickets.py CLIENT DIRECTORY

CLIENT is the program of tests/lib/client.  DIRECTORY has the certificates that
it trusts, and the server's certificate and key.  Each way to drive a handle is
tried.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openssl_server

CLIENTS = (
    ["connect-unix {}", "read 0 4096 {}.out"],
    ["option-mode", "connect-unix {}", "list", "go", "read 0 4096 {}.out"],
    ["loop-unix {}", "loop-read {}.out 64K 4"],
)


def main() -> None:
    client, directory = sys.argv[1], Path(sys.argv[2])
    settings = ["tls require", f"tls-certificates {directory}/client"]
    settings += ["tls-hostname localhost"]
    with openssl_server.Server(1 << 20, directory / "server") as server:
        for tickets in range(4):
            # Some type checkers do not know this attribute.
            setattr(server.context, "num_tickets", tickets)
            for server.together in True, False:
                for words in CLIENTS:
                    commands = [word.format(server.path) for word in words]
                    subprocess.run([client, *settings, *commands], check=True)


if __name__ == "__main__":
    main()
