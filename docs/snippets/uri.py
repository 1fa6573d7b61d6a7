# SPDX-License-Identifier: MIT
"""Examples: URIs."""

from __future__ import annotations

import nbd
from snippets import connected, created


# NBD.connect_uri
@created
def connect_uri(h: nbd.NBD) -> None:
    # A server in the network would be nbd://example.com/disk.
    h.connect_uri("nbd+unix:///?socket=nbd.sock")
    print(f"{h.get_size()} bytes")


# NBD.aio_connect_uri
@created
def aio_connect_uri(h: nbd.NBD) -> None:
    h.aio_connect_uri("nbd+unix:///?socket=nbd.sock")
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.set_uri_allow_transports
@created
def set_uri_allow_transports(h: nbd.NBD) -> None:
    # A URI of somebody else cannot start ssh.
    mask = nbd.ALLOW_TRANSPORT_TCP | nbd.ALLOW_TRANSPORT_UNIX
    h.set_uri_allow_transports(mask)
    try:
        h.connect_uri("nbd+ssh://example.com/disk")
    except nbd.Error as error:
        print(error)


# NBD.set_uri_allow_tls, NBD.set_uri_allow_tls_priority
@created
def set_uri_allow_tls(h: nbd.NBD) -> None:
    # A URI must be one with TLS, and cannot choose weak ciphers.
    h.set_uri_allow_tls(nbd.TLS_REQUIRE)
    h.set_uri_allow_tls_priority(False)
    try:
        h.connect_uri("nbd://localhost")
    except nbd.Error as error:
        print(error)


# NBD.set_uri_allow_local_file
@created
def set_uri_allow_local_file(h: nbd.NBD) -> None:
    # The URI is our own, so it may name the file of shared keys.
    h.set_uri_allow_local_file(True)
    h.connect_uri("nbds+unix://alice@/?socket=tls.sock&tls-psk-file=keys.psk")


# NBD.get_uri
@connected
def get_uri(h: nbd.NBD) -> None:
    print(f"connected to {h.get_uri()}")


# NBD.is_uri
@created
def is_uri(h: nbd.NBD) -> None:
    name = "disk.qcow2"  # an argument of our program
    if h.is_uri(name):
        h.connect_uri(name)
    else:
        print(f"{name} is the name of a file")
