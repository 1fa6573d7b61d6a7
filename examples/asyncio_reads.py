#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checksum an export from asyncio, with many reads in flight.

usage: asyncio_reads.py URI [SECONDS]
"""

import asyncio
import hashlib
import sys

import nbd.aio

BLOCK, IN_FLIGHT = 128 << 10, 16


async def checksum(uri: str) -> str:
    async with nbd.aio.connect(uri) as disk:
        size, digest = disk.size, hashlib.md5()
        for at in range(0, size, IN_FLIGHT * BLOCK):
            row = range(at, min(at + IN_FLIGHT * BLOCK, size), BLOCK)
            reads = (disk.pread(min(BLOCK, size - i), i) for i in row)
            for data in await asyncio.gather(*reads):
                digest.update(data)
        return digest.hexdigest()


async def main(uri: str, seconds: float | None) -> None:
    async with asyncio.timeout(seconds):
        print(await checksum(uri))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    limit = float(sys.argv[2]) if len(sys.argv) == 3 else None
    try:
        asyncio.run(main(sys.argv[1], limit))
    except (nbd.Error, TimeoutError) as error:
        sys.exit(f"asyncio_reads.py: {str(error) or 'the time is over'}")
