# SPDX-License-Identifier: MIT
"""Examples: encryption."""

from __future__ import annotations

import nbd
from snippets import created, port


# NBD.set_tls, NBD.get_tls, NBD.set_tls_psk_file
@created
def set_tls(h: nbd.NBD) -> None:
    h.set_tls(nbd.TLS_REQUIRE)
    h.set_tls_username("alice")
    h.set_tls_psk_file("keys.psk")  # lines of a name, a colon and a key
    h.connect_unix("tls.sock")
    if h.get_tls() == nbd.TLS_REQUIRE:
        print("nobody on the way can read what we send")


# NBD.get_tls_negotiated
@created
def get_tls_negotiated(h: nbd.NBD) -> None:
    h.set_tls(nbd.TLS_ALLOW)  # use it if the server can
    h.connect_unix("nbd.sock")
    if not h.get_tls_negotiated():
        print("warning: the connection is not encrypted")


# NBD.set_tls_certificates
@created
def set_tls_certificates(h: nbd.NBD) -> None:
    h.set_tls(nbd.TLS_REQUIRE)
    h.set_tls_certificates("pki")  # it holds ca-cert.pem
    h.connect_tcp("localhost", port)


# NBD.set_tls_verify_peer, NBD.get_tls_verify_peer
@created
def set_tls_verify_peer(h: nbd.NBD) -> None:
    # For a test only: whoever is in between can read everything.
    h.set_tls(nbd.TLS_REQUIRE)
    h.set_tls_verify_peer(False)
    h.connect_tcp("localhost", port)
    if not h.get_tls_verify_peer():
        print("warning: the server was not verified")


# NBD.set_tls_username, NBD.get_tls_username
@created
def set_tls_username(h: nbd.NBD) -> None:
    h.set_tls(nbd.TLS_REQUIRE)
    h.set_tls_psk_file("keys.psk")
    h.set_tls_username("alice")
    h.connect_unix("tls.sock")
    print(f"the server knows us as {h.get_tls_username()}")


# NBD.set_tls_hostname, NBD.get_tls_hostname
@created
def set_tls_hostname(h: nbd.NBD) -> None:
    # The socket is the end of a tunnel to a server on localhost.
    h.set_tls(nbd.TLS_REQUIRE)
    h.set_tls_certificates("pki")
    h.set_tls_hostname("localhost")
    h.connect_unix("tunnel.sock")
    print(f"the certificate is for {h.get_tls_hostname()}")


# NBD.set_tls_priority, NBD.get_tls_priority
@created
def set_tls_priority(h: nbd.NBD) -> None:
    # Only the newest version of TLS will do.
    h.set_tls_priority("NORMAL:-VERS-ALL:+VERS-TLS1.3")
    h.set_tls(nbd.TLS_REQUIRE)
    h.set_tls_certificates("pki")
    h.connect_tcp("localhost", port)
    print(f"priority: {h.get_tls_priority()}")
