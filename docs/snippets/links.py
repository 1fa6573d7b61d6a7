# SPDX-License-Identifier: MIT
"""Examples: what becomes of connections and commands."""

from __future__ import annotations

import signal
import sys
import threading

import nbd
from snippets import connected, created


# NBD.set_event_callback, NBD.clear_event_callback
@created
def set_event_callback(h: nbd.NBD) -> None:
    def log_event(event: int, message: str, value: int) -> int:
        print(message, file=sys.stderr)
        if event == nbd.EVENT_BACK:
            print(f"it took {value} ms", file=sys.stderr)
        return 0

    h.set_event_callback(log_event)
    h.set_reconnect_timeout(60 * 1000)
    h.connect_unix("nbd.sock")
    # From here on events are not reported.
    h.clear_event_callback()


# NBD.set_interrupt_callback, NBD.clear_interrupt_callback
@connected
def set_interrupt_callback(h: nbd.NBD) -> None:
    # The handle has a callback already, for KeyboardInterrupt.  Here
    # another signal is to interrupt calls.
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    h.set_interrupt_callback(lambda: int(stop.is_set()))
    try:
        h.pread(512, 0)
    except nbd.Error:
        print("interrupted; cleaning up")
    # From here on signals do not interrupt calls.
    h.clear_interrupt_callback()


# NBD.cancel
@connected
def cancel(h: nbd.NBD) -> None:
    def user_gave_up() -> None:
        if h.cancel():
            print("the commands that were waited for have ended")

    thread = threading.Thread(target=user_gave_up)
    thread.start()
    try:
        h.pread(512, 0)
    except nbd.Error as error:
        print(error)  # ECANCELED
    thread.join()


# NBD.aio_cancel
@connected
def aio_cancel(h: nbd.NBD) -> None:
    sector = nbd.Buffer(512)
    cookie = h.aio_pread(sector, 0)
    # It took too long, and the buffer is needed for something else.
    if h.aio_cancel(cookie):
        try:
            h.aio_command_completed(cookie)
        except nbd.Error as error:
            print(f"cancelled: {error}")


# NBD.get_outage
@connected
def get_outage(h: nbd.NBD) -> None:
    outage = h.get_outage()
    if outage > 0:
        print(f"no connection for {outage // 1000} s")


# NBD.stats_reconnects, NBD.stats_replayed
@connected
def stats_reconnects(h: nbd.NBD) -> None:
    outages, again = h.stats_reconnects(), h.stats_replayed()
    print(f"{outages} outages, {again} requests sent again")


# NBD.stats_journal_bytes
@connected
def stats_journal_bytes(h: nbd.NBD) -> None:
    # A flush that succeeds empties the journal.
    if h.stats_journal_bytes() > 1024 * 1024:
        h.flush()


# NBD.stats_ghosts
@connected
def stats_ghosts(h: nbd.NBD) -> None:
    if h.stats_ghosts() > 0:
        print(f"{h.stats_ghosts()} lost requests may still have effect")


# NBD.aio_is_drained
@connected
def aio_is_drained(h: nbd.NBD) -> None:
    # Our loop is edge-triggered: read until nothing is left.
    h.aio_notify_read()
    while not h.aio_is_drained():
        h.aio_notify_read()
