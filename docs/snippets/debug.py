# SPDX-License-Identifier: MIT
"""Examples: debug output and counters."""

from __future__ import annotations

import nbd
from snippets import connected, created


# NBD.set_debug, NBD.get_debug
@connected
def set_debug(h: nbd.NBD) -> None:
    # Debug output of this read goes to standard error.
    before = h.get_debug()
    h.set_debug(True)
    h.pread(512, 0)
    h.set_debug(before)


# NBD.set_debug_callback, NBD.clear_debug_callback
@created
def set_debug_callback(h: nbd.NBD) -> None:
    def log_line(context: str, msg: str) -> int:
        print(f"{context}: {msg}")
        return 0

    h.set_debug_callback(log_line)
    h.set_debug(True)
    h.connect_unix("nbd.sock")
    # From here on lines go to standard error again.
    h.clear_debug_callback()


# NBD.connection_state
@connected
def connection_state(h: nbd.NBD) -> None:
    print(f"for the bug report: {h.connection_state()}")


# NBD.stats_bytes_sent, NBD.stats_chunks_sent,
# NBD.stats_bytes_received, NBD.stats_chunks_received
@connected
def stats(h: nbd.NBD) -> None:
    sent, requests = h.stats_bytes_sent(), h.stats_chunks_sent()
    print(f"sent: {sent} bytes in {requests} messages")
    got, replies = h.stats_bytes_received(), h.stats_chunks_received()
    print(f"received: {got} bytes in {replies} messages")
