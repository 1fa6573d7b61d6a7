#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The measured client in Python.

It does what bench/client does in the case read:
  client.py --socket PATH --case read [--depth N] [--size BYTES]
            [--requests N] [--seconds S]
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import sys
import time
from typing import Callable

import nbd

# Reading the clock costs as much as a tenth of a small request.
REQUESTS_PER_CLOCK = 64
MASK = (1 << 64) - 1
SUFFIXES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def number(text: str) -> int:
    """A number with an optional K, M or G after it."""
    factor = SUFFIXES.get(text[-1:], 1)
    return int(text[:-1] if factor > 1 else text) * factor


class Queue:
    """The requests in flight on one handle."""

    def __init__(self, socket: str, depth: int, size: int) -> None:
        self.h = nbd.NBD()
        self.h.connect_unix(socket)
        self.size = size
        self.blocks = self.h.get_size() // size
        self.state = 0x9E3779B97F4A7C15
        self.idle = [self.slot(nbd.Buffer.from_bytearray(bytearray(size)))]
        for _ in range(depth - 1):
            self.idle.append(self.slot(nbd.Buffer.from_bytearray(bytearray(size))))

    def slot(
        self, buffer: nbd.Buffer
    ) -> tuple[nbd.Buffer, Callable[[ctypes.c_int], int]]:
        """A buffer, and the callback that makes it idle again."""

        def completed(error: ctypes.c_int) -> int:
            if error.value != 0:
                sys.exit(f"request failed: {os.strerror(error.value)}")
            self.idle.append(pair)
            return 1

        pair = (buffer, completed)
        return pair

    def offset(self) -> int:
        """The same sequence as in bench/common.c."""
        state = self.state
        state ^= state << 13 & MASK
        state ^= state >> 7
        state ^= state << 17 & MASK
        self.state = state
        return ((state >> 32) * self.blocks >> 32) * self.size

    def run(self, requests: int, deadline: float) -> int:
        """Keep the queue full until the plan ends, then empty it."""
        h, idle, depth = self.h, self.idle, len(self.idle)
        issued = 0
        more = True
        while True:
            while more and idle:
                more = issued < requests and (
                    issued % REQUESTS_PER_CLOCK != 0 or time.monotonic() < deadline
                )
                if more:
                    buffer, completed = idle.pop()
                    h.aio_pread(buffer, self.offset(), completed)
                    issued += 1
            if len(idle) == depth:
                return issued
            h.poll(-1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", required=True)
    parser.add_argument("--case", choices=["read"], default="read")
    parser.add_argument("--depth", type=int, default=64)
    parser.add_argument("--size", type=number, default=4096)
    parser.add_argument("--requests", type=number, default=MASK)
    parser.add_argument("--seconds", type=float, default=1e6)
    plan = parser.parse_args()
    queue = Queue(plan.socket, plan.depth, plan.size)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.monotonic()
    requests = queue.run(plan.requests, start + plan.seconds)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    answer = {
        "case": plan.case,
        "requests": requests,
        "wall": wall,
        "user": after.ru_utime - before.ru_utime,
        "sys": after.ru_stime - before.ru_stime,
    }
    print(json.dumps(answer))
    queue.h.shutdown()


if __name__ == "__main__":
    main()
