# SPDX-License-Identifier: MIT
"""Examples: staying connected."""

from __future__ import annotations

import nbd
from snippets import created, port


# NBD.set_reconnect_timeout, NBD.get_reconnect_timeout
@created
def set_reconnect_timeout(h: nbd.NBD) -> None:
    # A server that restarts within a minute is not even noticed.
    h.set_reconnect_timeout(60 * 1000)
    h.connect_unix("nbd.sock")
    print(f"outages may last {h.get_reconnect_timeout()} ms")


# NBD.set_connect_timeout, NBD.get_connect_timeout
@created
def set_connect_timeout(h: nbd.NBD) -> None:
    # The server may be starting, just as we are.
    h.set_connect_timeout(30 * 1000)
    try:
        h.connect_unix("nbd.sock")
    except nbd.Error as error:
        print(f"none within {h.get_connect_timeout()} ms: {error}")


# NBD.set_command_timeout, NBD.get_command_timeout
@created
def set_command_timeout(h: nbd.NBD) -> None:
    h.set_command_timeout(5000)
    h.connect_unix("nbd.sock")
    try:
        h.pread(512, 0)
    except nbd.Error as error:
        print(f"not read within {h.get_command_timeout()} ms: {error}")


# NBD.set_stall_timeout, NBD.get_stall_timeout
@created
def set_stall_timeout(h: nbd.NBD) -> None:
    # A server that is silent for 20 seconds hangs: connect again.
    h.set_stall_timeout(20 * 1000)
    h.set_reconnect_timeout(120 * 1000)
    h.connect_unix("nbd.sock")
    print(f"silence ends after {h.get_stall_timeout()} ms")


# NBD.set_keepalive, NBD.get_keepalive
@created
def set_keepalive(h: nbd.NBD) -> None:
    # The firewall forgets connections that are idle for 5 minutes.
    h.set_keepalive(120 * 1000)
    h.connect_tcp("localhost", port)
    print(f"probes after {h.get_keepalive()} ms")


# NBD.set_unflushed_policy, NBD.get_unflushed_policy
@created
def set_unflushed_policy(h: nbd.NBD) -> None:
    # Our program can write everything again, so keep no copies.
    h.set_reconnect_timeout(60 * 1000)
    h.set_unflushed_policy(nbd.UNFLUSHED_STRICT)
    h.connect_unix("nbd.sock")
    try:
        h.flush()
    except nbd.Error as error:
        if h.get_unflushed_policy() == nbd.UNFLUSHED_STRICT:
            print(f"write again since the last flush: {error}")


# NBD.set_journal_size, NBD.get_journal_size
@created
def set_journal_size(h: nbd.NBD) -> None:
    h.set_journal_size(8 * 1024 * 1024)  # the machine has little memory
    h.set_reconnect_timeout(60 * 1000)
    h.connect_unix("nbd.sock")
    print(f"copies of writes take up to {h.get_journal_size()} bytes")


# NBD.set_quarantine, NBD.get_quarantine
@created
def set_quarantine(h: nbd.NBD) -> None:
    # This server finishes old requests before it accepts us.
    h.set_quarantine(0)
    h.set_reconnect_timeout(60 * 1000)
    h.connect_unix("nbd.sock")
    if h.get_quarantine() == 0:
        print("lost requests have no effect any more")


# NBD.set_connections, NBD.get_connections
@created
def set_connections(h: nbd.NBD) -> None:
    h.set_connections(4)
    h.connect_unix("nbd.sock")
    if h.can_multi_conn():
        print(f"up to {h.get_connections()} connections")


# NBD.set_uri_options
@created
def set_uri_options(h: nbd.NBD) -> None:
    # Our user wrote these options, and knows their syntax.
    h.set_uri_options("reconnect-timeout=2m&connections=4")
    h.connect_unix("nbd.sock")
