#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server with extended headers for one client, started by socket activation.

usage: extended.py SIZE HOLE [fragmented]

Of SIZE bytes, all but the first 64 KiB are one hole, which the server reports
in extents of HOLE bytes.  It refuses more than ten requests, so that a client
that asks in steps of 32 bits is noticed.  If fragmented, the disk has holes
and data of HOLE bytes in turns.
"""

from __future__ import annotations

import socket
import struct
import sys

MAGIC = 0x49484156454F5054
OPTION_REPLY = 0x0003E889045565A9
ABORT, GO, LIST_CONTEXT, SET_CONTEXT, EXTENDED = 2, 7, 9, 10, 11
ACK, INFO, META_CONTEXT, UNSUPPORTED = 1, 3, 4, 0x80000001
BLOCK_STATUS, DISCONNECT = 7, 2
DATA_BYTES = 65536

size, hole = int(sys.argv[1]), int(sys.argv[2])
fragmented = "fragmented" in sys.argv
listener = socket.socket(fileno=3)
client, _ = listener.accept()


def receive(form: str) -> tuple[int, ...]:
    data = client.recv(struct.calcsize(form), socket.MSG_WAITALL)
    if not data:
        sys.exit()
    return struct.unpack(form, data)


def reply(option: int, kind: int, payload: bytes = b"") -> None:
    header = struct.pack(">QIII", OPTION_REPLY, option, kind, len(payload))
    client.sendall(header + payload)


def negotiate() -> None:
    client.sendall(struct.pack(">8sQH", b"NBDMAGIC", MAGIC, 3))
    receive(">I")
    while True:
        _, option, length = receive(">QII")
        client.recv(length, socket.MSG_WAITALL) if length else b""
        if option in (LIST_CONTEXT, SET_CONTEXT):
            context = struct.pack(">I", 1) + b"base:allocation"
            reply(option, META_CONTEXT, context)
        elif option == GO:
            reply(option, INFO, struct.pack(">HQH", 0, size, 0x101))
        elif option not in (EXTENDED, ABORT):
            reply(option, UNSUPPORTED)
            continue
        reply(option, ACK)
        if option in (GO, ABORT):
            return


def extents_between(place: int, end: int) -> list[bytes]:
    extents: list[bytes] = []
    while place < end and len(extents) < 100:
        data = place < DATA_BYTES
        n = DATA_BYTES - place if data else min(hole, end - place)
        extents.append(struct.pack(">QQ", n, 0 if data else 3))
        place += n
    return extents


def fragments_between(place: int, end: int) -> list[bytes]:
    pair = [struct.pack(">QQ", hole, 3), struct.pack(">QQ", hole, 0)]
    return pair * min(500, (end - place) // (2 * hole))


def serve() -> None:
    requests = 0
    while fragmented or requests < 10:
        _, _, kind, cookie, offset, count = receive(">IHHQQQ")
        if kind == DISCONNECT:
            return
        assert kind == BLOCK_STATUS
        between = fragments_between if fragmented else extents_between
        extents = between(offset, offset + count)
        payload = struct.pack(">II", 1, len(extents)) + b"".join(extents)
        header = (0x6E8A278C, 1, 6, cookie, offset, len(payload))
        client.sendall(struct.pack(">IHHQQQ", *header) + payload)
        requests += 1
    sys.exit("extended.py: more than ten requests")


negotiate()
serve()
