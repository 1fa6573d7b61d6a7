# SPDX-License-Identifier: MIT
"""Examples: option mode."""

from __future__ import annotations

import ctypes
import os

import nbd
from snippets import created, negotiating


# NBD.set_opt_mode, NBD.get_opt_mode
@created
def set_opt_mode(h: nbd.NBD) -> None:
    h.set_opt_mode(True)
    h.connect_unix("nbd.sock")
    # An old server has one export, and we are connected to it.
    if h.get_opt_mode() and h.aio_is_negotiating():
        h.set_export_name("disk")
        h.opt_go()


# NBD.opt_go
@negotiating
def opt_go(h: nbd.NBD) -> None:
    h.set_export_name("disk")
    h.opt_go()
    print(f"connected to {h.get_size()} bytes")


# NBD.aio_opt_go
@negotiating
def aio_opt_go(h: nbd.NBD) -> None:
    h.set_export_name("disk")
    h.aio_opt_go()
    while h.aio_is_connecting():
        h.poll(-1)
    if h.aio_is_negotiating():
        raise SystemExit("the server has no such export")


# NBD.opt_abort
@negotiating
def opt_abort(h: nbd.NBD) -> None:
    h.opt_abort()  # we only wanted to ask


# NBD.aio_opt_abort
@negotiating
def aio_opt_abort(h: nbd.NBD) -> None:
    h.aio_opt_abort()
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.opt_starttls
@created
def opt_starttls(h: nbd.NBD) -> None:
    h.set_tls_username("alice")
    h.set_tls_psk_file("keys.psk")
    h.set_opt_mode(True)
    h.connect_unix("tls.sock")
    print("from now on it is secret" if h.opt_starttls() else "no TLS here")


# NBD.aio_opt_starttls
@negotiating
def aio_opt_starttls(h: nbd.NBD) -> None:
    def tls_done(error: ctypes.c_int) -> int:
        print("TLS:", os.strerror(error.value) if error.value else "agreed")
        return 0

    h.aio_opt_starttls(tls_done)
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.opt_extended_headers
@created
def opt_extended_headers(h: nbd.NBD) -> None:
    h.set_request_extended_headers(False)
    h.set_opt_mode(True)
    h.connect_unix("nbd.sock")
    print("extended headers:", h.opt_extended_headers())


# NBD.aio_opt_extended_headers
@negotiating
def aio_opt_extended_headers(h: nbd.NBD) -> None:
    def headers_done(error: ctypes.c_int) -> int:
        result = os.strerror(error.value) if error.value else "agreed"
        print(f"extended headers: {result}")
        return 0

    h.aio_opt_extended_headers(headers_done)
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.opt_structured_reply
@created
def opt_structured_reply(h: nbd.NBD) -> None:
    h.set_request_structured_replies(False)
    h.set_opt_mode(True)
    h.connect_unix("nbd.sock")
    print("structured replies:", h.opt_structured_reply())


# NBD.aio_opt_structured_reply
@created
def aio_opt_structured_reply(h: nbd.NBD) -> None:
    def replies_done(error: ctypes.c_int) -> int:
        result = os.strerror(error.value) if error.value else "agreed"
        print(f"structured replies: {result}")
        return 0

    h.set_request_structured_replies(False)
    h.set_opt_mode(True)
    h.connect_unix("nbd.sock")
    h.aio_opt_structured_reply(replies_done)
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.opt_list
@negotiating
def opt_list(h: nbd.NBD) -> None:
    exports: dict[str, str] = {}

    def add_export(name: str, description: str) -> int:
        exports[name] = description
        return 0

    h.opt_list(add_export)
    print(exports)


# NBD.aio_opt_list
@negotiating
def aio_opt_list(h: nbd.NBD) -> None:
    exports: dict[str, str] = {}

    def add_export(name: str, description: str) -> int:
        exports[name] = description
        return 0

    def list_done(error: ctypes.c_int) -> int:
        print(os.strerror(error.value) if error.value else exports)
        return 0

    h.aio_opt_list(add_export, list_done)
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.opt_info
@negotiating
def opt_info(h: nbd.NBD) -> None:
    for name in ("disk", "backup"):
        h.set_export_name(name)
        try:
            h.opt_info()
            print(f"{name}: {h.get_size()} bytes")
        except nbd.Error as error:
            print(f"{name}: {error}")


# NBD.aio_opt_info
@negotiating
def aio_opt_info(h: nbd.NBD) -> None:
    known = False

    def info_done(error: ctypes.c_int) -> int:
        nonlocal known
        known = error.value == 0
        return 0

    h.set_export_name("disk")
    h.aio_opt_info(info_done)
    while h.aio_is_connecting():
        h.poll(-1)
    if known:
        print(f"{h.get_size()} bytes")
