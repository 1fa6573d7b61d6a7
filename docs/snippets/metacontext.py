# SPDX-License-Identifier: MIT
"""Examples: metadata contexts."""

from __future__ import annotations

import ctypes
import os

import nbd
from snippets import created, mapped, negotiating


# NBD.set_request_meta_context, NBD.get_request_meta_context
@negotiating
def set_request_meta_context(h: nbd.NBD) -> None:
    # How large is it?  Contexts do not matter for that question.
    h.set_request_meta_context(False)
    h.opt_info()
    print(f"{h.get_size()} bytes")
    if not h.get_request_meta_context():
        print("no contexts were asked for")


# NBD.add_meta_context
@created
def add_meta_context(h: nbd.NBD) -> None:
    bitmap = "qemu:dirty-bitmap:changes"
    h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
    h.add_meta_context(bitmap)
    h.connect_unix("qemu.sock")
    if not h.can_meta_context(bitmap):
        raise SystemExit("the server does not have that bitmap")


# NBD.get_nr_meta_contexts, NBD.get_meta_context
@mapped
def get_meta_context(h: nbd.NBD) -> None:
    for i in range(h.get_nr_meta_contexts()):
        print(f"asked for {h.get_meta_context(i)}")


# NBD.clear_meta_contexts
@negotiating
def clear_meta_contexts(h: nbd.NBD) -> None:
    # Request another context than before.
    h.clear_meta_contexts()
    h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
    h.opt_go()


# NBD.opt_list_meta_context
@negotiating
def opt_list_meta_context(h: nbd.NBD) -> None:
    names: list[str] = []
    # We have added no contexts, so this lists all contexts.
    h.opt_list_meta_context(names.append)
    print(names)


# NBD.aio_opt_list_meta_context
@negotiating
def aio_opt_list_meta_context(h: nbd.NBD) -> None:
    names: list[str] = []

    def listed(error: ctypes.c_int) -> int:
        print(os.strerror(error.value) if error.value else names)
        return 0

    h.aio_opt_list_meta_context(names.append, listed)
    while h.aio_is_connecting():
        h.poll(-1)


# NBD.opt_list_meta_context_queries
@created
def opt_list_meta_context_queries(h: nbd.NBD) -> None:
    h.set_opt_mode(True)
    h.connect_unix("qemu.sock")
    names: list[str] = []
    h.opt_list_meta_context_queries(["qemu:dirty-bitmap:"], names.append)
    print(f"bitmaps: {names}")


# NBD.aio_opt_list_meta_context_queries
@negotiating
def aio_opt_list_meta_context_queries(h: nbd.NBD) -> None:
    names: list[str] = []
    h.aio_opt_list_meta_context_queries(["qemu:", "base:"], names.append)
    while h.aio_is_connecting():
        h.poll(-1)
    print(names)


# NBD.opt_set_meta_context
@negotiating
def opt_set_meta_context(h: nbd.NBD) -> None:
    granted: list[str] = []
    h.set_request_meta_context(False)  # opt_go requests none
    h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
    h.opt_set_meta_context(granted.append)
    h.opt_go()
    print(f"granted: {granted}")


# NBD.aio_opt_set_meta_context
@negotiating
def aio_opt_set_meta_context(h: nbd.NBD) -> None:
    granted: list[str] = []
    h.set_request_meta_context(False)  # opt_go requests none
    h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
    h.aio_opt_set_meta_context(granted.append)
    while h.aio_is_connecting():
        h.poll(-1)
    print(f"granted: {granted}")


# NBD.opt_set_meta_context_queries
@negotiating
def opt_set_meta_context_queries(h: nbd.NBD) -> None:
    granted: list[str] = []
    h.set_request_meta_context(False)  # opt_go requests none
    h.opt_set_meta_context_queries(["base:allocation"], granted.append)
    h.opt_go()
    print(f"granted: {granted}")


# NBD.aio_opt_set_meta_context_queries
@negotiating
def aio_opt_set_meta_context_queries(h: nbd.NBD) -> None:
    granted: list[str] = []
    h.aio_opt_set_meta_context_queries(["base:allocation"], granted.append)
    while h.aio_is_connecting():
        h.poll(-1)
    print(f"granted: {granted}")
