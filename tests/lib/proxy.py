#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Stand between a client and a server, and change how the bytes arrive.

usage: proxy.py SERVER [WHAT=NUMBER]...

The listening socket comes by systemd's socket activation, see listen.py.
SERVER is the path of a Unix socket.  All decisions depend on counts of bytes
and on the seed, not on a clock, except that delay counts turns of a loop:

  seed=N      the random numbers' seed; one more for each connection
  split=N     send in pieces of 1 to N bytes
  coalesce=N  send only when N bytes are there, or no more come
  delay=N     let N further turns of the loop pass before sending
  stall=N     stop forwarding after N bytes from the server
  cut=N       close both sides after N bytes from the server
  spread=N    add a random number below N to stall and cut, for each connection
  reset=1     cut with a reset
"""

from __future__ import annotations

import os
import random
import selectors
import socket
import struct
import sys
from dataclasses import dataclass

FIRST_ACTIVATED_FD = 3
CHUNK = 65536
# The longest turn of the loop, in seconds.
TURN = 0.001


@dataclass(frozen=True)
class Plan:
    """What is done to a connection.  0, or -1 for stall and cut: nothing."""

    seed: int = 0
    split: int = 0
    coalesce: int = 0
    delay: int = 0
    stall: int = -1
    cut: int = -1
    spread: int = 0
    reset: int = 0


class Ended(Exception):
    """The connection is over."""


class Direction:
    """Bytes on their way from one socket to another."""

    def __init__(self, source: socket.socket, target: socket.socket) -> None:
        self.source, self.target = source, target
        self.waiting = bytearray()
        self.turns = 0
        self.received = 0
        self.ended = False

    def receive(self, limit: int) -> bool:
        """Receive what is there, within the limit.  Returns True if there was
        something."""
        count = CHUNK if limit < 0 else min(CHUNK, limit - self.received)
        if self.ended or count <= 0 or len(self.waiting) > 4 * CHUNK:
            return False
        try:
            data = self.source.recv(count)
        except BlockingIOError:
            return False
        if not data:
            self.ended = True
        self.received += len(data)
        self.waiting += data
        return bool(data)

    def send(self, plan: Plan, rng: random.Random, idle: bool) -> None:
        """Send what has to be sent at this turn."""
        if not self.waiting:
            if self.ended:
                raise Ended
            return
        self.turns += 1
        if self.turns <= plan.delay:
            return
        if len(self.waiting) < plan.coalesce and not idle and not self.ended:
            return
        self.turns = 0
        while self.waiting:
            piece = rng.randint(1, plan.split) if plan.split else len(self.waiting)
            try:
                sent = self.target.send(self.waiting[:piece])
            except BlockingIOError:
                return
            del self.waiting[:sent]


def forward(client: socket.socket, server: socket.socket, plan: Plan) -> None:
    """Forward the bytes of one connection."""
    rng = random.Random(plan.seed)
    extra = rng.randrange(plan.spread) if plan.spread else 0
    stall = plan.stall + extra if plan.stall >= 0 else -1
    cut = plan.cut + extra if plan.cut >= 0 else -1
    up, down = Direction(client, server), Direction(server, client)
    with selectors.DefaultSelector() as selector:
        for sock in client, server:
            sock.setblocking(False)
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(sock, selectors.EVENT_READ)
        while True:
            selector.select(TURN)
            if stall < 0 or down.received < stall:
                idle = not up.receive(-1)
                up.send(plan, rng, idle)
            elif not down.waiting:
                wait_for_end(client)
            idle = not down.receive(stall if stall >= 0 else cut)
            down.send(plan, rng, idle)
            if 0 <= cut <= down.received and not down.waiting:
                raise Ended


def wait_for_end(client: socket.socket) -> None:
    """Forward nothing until the client closes the connection."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        while selector.select():
            if not client.recv(CHUNK):
                raise Ended


def serve(client: socket.socket, path: str, plan: Plan) -> None:
    """Serve one connection until it ends."""
    with socket.socket(socket.AF_UNIX) as server, client:
        try:
            server.connect(path)
            forward(client, server, plan)
        except (Ended, ConnectionError):
            if plan.reset:
                linger = struct.pack("ii", 1, 0)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def main() -> None:
    path, words = sys.argv[1], sys.argv[2:]
    settings = {name: int(value) for name, value in (w.split("=") for w in words)}
    listener = socket.socket(fileno=FIRST_ACTIVATED_FD)
    os.set_inheritable(listener.fileno(), False)
    number = settings.pop("seed", 0)
    while True:
        client, _ = listener.accept()
        plan = Plan(seed=number, **settings)
        number += 1
        if os.fork() == 0:
            listener.close()
            serve(client, path, plan)
            os._exit(0)
        client.close()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


if __name__ == "__main__":
    main()
