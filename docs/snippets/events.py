# SPDX-License-Identifier: MIT
"""Examples: main loops, and what becomes of commands."""

from __future__ import annotations

import os
import select

import nbd
from snippets import connected, created


# NBD.poll
@connected
def poll(h: nbd.NBD) -> None:
    sector = nbd.Buffer(512)
    cookie = h.aio_pread(sector, 0)
    while not h.aio_command_completed(cookie):
        if h.poll(1000) == 0:
            print("still waiting for the server")


# NBD.poll2
@connected
def poll2(h: nbd.NBD) -> None:
    reader, writer = os.pipe()  # other threads write when they have work
    os.write(writer, b"w")
    h.poll2(reader, -1)
    if select.select([reader], [], [], 0)[0]:
        print("there is work to do")
    os.close(reader)
    os.close(writer)


# NBD.aio_get_fd, NBD.aio_get_direction, NBD.aio_notify_read,
# NBD.aio_notify_write
@created
def aio_notify(h: nbd.NBD) -> None:
    def one_turn() -> None:
        direction, fd = h.aio_get_direction(), h.aio_get_fd()
        readers = [fd] if direction & nbd.AIO_DIRECTION_READ else []
        writers = [fd] if direction & nbd.AIO_DIRECTION_WRITE else []
        readable, writable, _ = select.select(readers, writers, [])
        if readable:  # one event at a time, and reading first
            h.aio_notify_read()
        elif writable:
            h.aio_notify_write()

    h.aio_connect_unix("nbd.sock")
    while h.aio_is_connecting():
        one_turn()


# NBD.aio_is_created, NBD.aio_is_connecting, NBD.aio_is_negotiating,
# NBD.aio_is_ready, NBD.aio_is_dead
@created
def aio_is(h: nbd.NBD) -> None:
    if h.aio_is_created():
        h.aio_connect_unix("nbd.sock")
    while h.aio_is_connecting():
        h.poll(-1)
    if h.aio_is_ready():
        print("commands can be issued")
    elif h.aio_is_negotiating():
        print("options can be asked for")
    elif h.aio_is_dead():
        raise SystemExit("the connection failed")


# NBD.aio_is_processing
@connected
def aio_is_processing(h: nbd.NBD) -> None:
    if h.aio_is_ready() or h.aio_is_processing():
        print("commands can be issued")


# NBD.aio_is_closed
@connected
def aio_is_closed(h: nbd.NBD) -> None:
    h.aio_disconnect()
    while not h.aio_is_closed() and not h.aio_is_dead():
        h.poll(-1)


# NBD.aio_command_completed
@connected
def aio_command_completed(h: nbd.NBD) -> None:
    sector = nbd.Buffer(512)
    cookie = h.aio_pread(sector, 0)
    try:
        while not h.aio_command_completed(cookie):
            h.poll(-1)
    except nbd.Error as error:
        print(f"cannot read: {error}")


# NBD.aio_peek_command_completed
@connected
def aio_peek_command_completed(h: nbd.NBD) -> None:
    blocks = {}
    for i in range(4):
        block = nbd.Buffer(4096)
        blocks[h.aio_pread(block, i * 4096)] = block
    # Collect them as they come, until there are none.
    while blocks:
        cookie = h.aio_peek_command_completed()
        if cookie > 0:
            h.aio_command_completed(cookie)
            print(f"{blocks.pop(cookie).size()} bytes came")
        else:
            h.poll(-1)


# NBD.aio_in_flight
@connected
def aio_in_flight(h: nbd.NBD) -> None:
    sector = nbd.Buffer(512)
    h.aio_pread(sector, 0, lambda error: 1)
    while h.aio_in_flight() > 0:  # wait for all that were issued
        h.poll(-1)
