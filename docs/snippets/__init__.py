# SPDX-License-Identifier: MIT
"""The examples of the Python module's docstrings, like those of the manual pages.

An example begins with a comment that names the methods whose docstrings show it, such
as NBD.pread, NBD.aio_pread.  Docstrings show the body of the function that follows;
generator/nbdgen/snippets.py reads it.  `python3 -m snippets` runs all examples, each
with its own handle in the state that the decorator names; snippet.h describes the
states.
"""

from __future__ import annotations

import os
from typing import Callable

import nbd

Example = Callable[[nbd.NBD], None]

EXAMPLES: list[tuple[Example, Callable[[], nbd.NBD]]] = []

# The port of the test's server; a real program would use "10809".
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
