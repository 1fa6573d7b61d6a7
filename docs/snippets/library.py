# SPDX-License-Identifier: MIT
"""Examples: the library itself."""

from __future__ import annotations

import nbd
from snippets import created


# NBD.get_package_name, NBD.get_version, NBD.get_version_extra
@created
def get_version(h: nbd.NBD) -> None:
    print(h.get_package_name(), h.get_version(), h.get_version_extra())


# NBD.supports_tls
@created
def supports_tls(h: nbd.NBD) -> None:
    if not h.supports_tls():
        raise SystemExit("this library was built without TLS")
    h.set_tls(nbd.TLS_REQUIRE)


# NBD.supports_vsock
@created
def supports_vsock(h: nbd.NBD) -> None:
    if h.supports_vsock():
        print("  --vsock CID:PORT   connect to a virtual machine")


# NBD.supports_uri
@created
def supports_uri(h: nbd.NBD) -> None:
    if not h.supports_uri():
        raise SystemExit("this library was built without URIs")
    h.connect_uri("nbd+unix:///?socket=nbd.sock")
