# SPDX-License-Identifier: MIT
"""Examples: handles and their errors."""

from __future__ import annotations

import nbd
from snippets import connected, created


# NBD.set_handle_name, NBD.get_handle_name
@created
def set_handle_name(h: nbd.NBD) -> None:
    h.set_handle_name("backup")  # lines of debug output begin with it
    print(f"debug output of {h.get_handle_name()}")


# NBD.set_private_data, NBD.get_private_data
@connected
def set_private_data(h: nbd.NBD) -> None:
    disks = ["system", "home"]  # what our program knows about handles
    h.set_private_data(disks.index("home"))
    # Elsewhere, with only the handle at hand:
    print(disks[h.get_private_data()])


# NBD.get_handle_size
@connected
def get_handle_size(h: nbd.NBD) -> None:
    print(f"the handle takes about {h.get_handle_size()} bytes")
