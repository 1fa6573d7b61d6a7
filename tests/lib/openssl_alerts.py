# SPDX-License-Identifier: MIT
"""Connect to a server that demands what the client lacks, and that says so.

usage: openssl_alerts.py CLIENT DIRECTORY

CLIENT is the program of tests/lib/client.  DIRECTORY has the certificates that
it trusts, and the server's certificate and key.
"""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

import openssl_server

WANTED = {"TLS1.3": "certificate_is_required", "TLS1.2": "handshake_failed"}
PRIORITY = "tls-priority NORMAL:-VERS-ALL:+VERS-"


def main() -> None:
    client, directory = sys.argv[1], Path(sys.argv[2])
    settings = ["tls require", f"tls-certificates {directory}/client"]
    settings += ["tls-hostname localhost"]
    with openssl_server.Server(1 << 20, directory / "server") as server:
        server.context.verify_mode = ssl.CERT_REQUIRED
        for version, words in WANTED.items():
            commands = [PRIORITY + version, f"fails any connect-unix {server.path}"]
            says = [f"says {words}", "says has_no_client-cert.pem"]
            subprocess.run([client, *settings, *commands, *says], check=True)


if __name__ == "__main__":
    main()
