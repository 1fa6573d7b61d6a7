# SPDX-License-Identifier: MIT
"""The examples of the Python module's docstrings, twins of those of manual pages.

An example begins with a comment that names the methods which it is for, such as
NBD.pread, NBD.aio_pread.  The body of the function that follows is what docstrings
show; generator/nbdgen/snippets.py reads it.  `python3 -m snippets` carries out
all of them, each with a handle of its own in the state that the decorator names; the
states are described in snippet.h.
"""

from __future__ import annotations

import os
from typing import Callable

import nbd

Example = Callable[[nbd.NBD], None]

EXAMPLES: list[tuple[Example, Callable[[], nbd.NBD]]] = []

# The port of a server of this machine, where a program would say "10809".
port = os.environ.get("PORT", "")


def _decorator(open_handle: Callable[[], nbd.NBD]) -> Callable[[Example], Example]:
    def remember(example: Example) -> Example:
        EXAMPLES.append((example, open_handle))
        return example

    return remember


def _connected() -> nbd.NBD:
    h = nbd.NBD()
    h.connect_unix("nbd.sock")
    return h


def _negotiating() -> nbd.NBD:
    h = nbd.NBD()
    h.set_opt_mode(True)
    h.connect_unix("nbd.sock")
    return h


def _mapped() -> nbd.NBD:
    h = nbd.NBD()
    h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
    h.add_meta_context("qemu:dirty-bitmap:changes")
    h.connect_unix("qemu.sock")
    return h


created = _decorator(nbd.NBD)
connected = _decorator(_connected)
negotiating = _decorator(_negotiating)
mapped = _decorator(_mapped)
