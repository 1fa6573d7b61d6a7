# SPDX-License-Identifier: MIT
"""Examples: what is chosen before connecting."""

from __future__ import annotations

import nbd
from snippets import connected, created


# NBD.set_export_name, NBD.get_export_name
@created
def set_export_name(h: nbd.NBD) -> None:
    h.set_export_name("backup")
    h.connect_unix("nbd.sock")
    print(f"connected to the export {h.get_export_name()!r}")


# NBD.set_request_block_size, NBD.get_request_block_size
@created
def set_request_block_size(h: nbd.NBD) -> None:
    # Test what a server does for clients that ask for no sizes.
    h.set_request_block_size(False)
    h.connect_unix("nbd.sock")
    if not h.get_request_block_size():
        print("the server may assume blocks of 512 bytes")


# NBD.set_full_info, NBD.get_full_info
@created
def set_full_info(h: nbd.NBD) -> None:
    h.set_full_info(True)
    h.connect_unix("nbd.sock")
    try:
        print(h.get_export_description())
    except nbd.Error:
        if h.get_full_info():
            print("the server was asked, and has no description")


# NBD.set_request_extended_headers, NBD.get_request_extended_headers
@created
def set_request_extended_headers(h: nbd.NBD) -> None:
    # This server hangs up at an option that it does not know.
    h.set_request_extended_headers(False)
    h.connect_unix("nbd.sock")
    if not h.get_request_extended_headers():
        print("requests are shorter than 4 GiB")


# NBD.get_extended_headers_negotiated
@connected
def get_extended_headers_negotiated(h: nbd.NBD) -> None:
    longest = 2**63 if h.get_extended_headers_negotiated() else 2**32
    print(f"zeroing takes less than {longest} bytes at once")


# NBD.set_request_structured_replies,
# NBD.get_request_structured_replies
@created
def set_request_structured_replies(h: nbd.NBD) -> None:
    # Measure how fast the server is with simple replies.
    h.set_request_structured_replies(False)
    h.connect_unix("nbd.sock")
    if not h.get_request_structured_replies():
        print("measuring simple replies")


# NBD.get_structured_replies_negotiated
@connected
def get_structured_replies_negotiated(h: nbd.NBD) -> None:
    if h.get_structured_replies_negotiated():
        print("reads tell where holes are")


# NBD.set_handshake_flags, NBD.get_handshake_flags
@created
def set_handshake_flags(h: nbd.NBD) -> None:
    # Test how a server treats a client that knows no options.
    flags = h.get_handshake_flags()
    h.set_handshake_flags(flags & ~nbd.HANDSHAKE_FLAG_FIXED_NEWSTYLE)
    h.connect_unix("nbd.sock")


# NBD.set_pread_initialize, NBD.get_pread_initialize
@connected
def set_pread_initialize(h: nbd.NBD) -> None:
    # Our buffers hold no secrets, so errors need not clear them.
    h.set_pread_initialize(False)
    h.pread(1024 * 1024, 0)
    print(f"cleared: {h.get_pread_initialize()}")


# NBD.set_strict_mode, NBD.get_strict_mode
@connected
def set_strict_mode(h: nbd.NBD) -> None:
    # Let the server refuse what the library would not send.
    h.set_strict_mode(h.get_strict_mode() & ~nbd.STRICT_BOUNDS)
    try:
        h.pread(512, h.get_size())
        print("the server reads beyond its end!")
    except nbd.Error as error:
        print(error)
