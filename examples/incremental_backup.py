#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Back up a disk, then only what has changed, and restore it.

usage: incremental_backup.py full URI FILE
       incremental_backup.py incremental URI BITMAP FILE PREVIOUS
       incremental_backup.py restore URI FULL [INCREMENTAL...]

QEMU records in a bitmap which parts of a disk are written.  With a qcow2 image that
no other program uses at the moment:

  qemu-img bitmap --add disk.qcow2 monday
  qemu-nbd -r -f qcow2 disk.qcow2
  incremental_backup.py full nbd://localhost full.backup

Then the guest runs for a day, and stops.  To back up what it has written:

  qemu-img bitmap --add disk.qcow2 tuesday     # for the next backup
  qemu-nbd -r -f qcow2 -B monday disk.qcow2
  incremental_backup.py incremental nbd://localhost monday 1.backup full.backup

Restoring needs an export that is at least as large, and all backups in their order:

  incremental_backup.py restore nbd://localhost full.backup 1.backup

A backup is one file: a line of JSON, then records of data and zeroes with their
checksums, and a last record, without which the file counts as cut off.  The file has
another name until it is on stable storage, so FILE is a whole backup or does not
exist.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import struct
import sys
import uuid
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, BinaryIO

import nbd
import nbd.aio

MAGIC = "nbd-backup-1"
RECORD = struct.Struct(">4sQQI")  # what, offset, length, checksum of the data
CHUNK = 256 << 10
IN_FLIGHT = 32
ALLOCATION = nbd.CONTEXT_BASE_ALLOCATION
ZEROES = 1 << 30  # at most in one record: other requests wait for long ones


@contextlib.asynccontextmanager
async def many(limit: int) -> AsyncIterator[Any]:
    """A function that starts a task, and waits while too many are running."""
    room = asyncio.Semaphore(limit)
    async with asyncio.TaskGroup() as group:

        async def start(work: Any) -> None:
            try:
                await room.acquire()
                task = group.create_task(work)
            except BaseException:  # another task has failed
                work.close()
                raise
            task.add_done_callback(lambda _: room.release())

        yield start


@contextlib.contextmanager
def new_file(name: str) -> Iterator[BinaryIO]:
    """A file that gets its name when it is whole and on stable storage."""
    if os.path.exists(name):
        raise ValueError(f"{name} is there already")
    part = f"{name}.part"
    try:
        with open(part, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, name)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    directory = os.open(os.path.dirname(name) or ".", os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def read_head(file: BinaryIO, name: str) -> dict[str, Any]:
    line = file.readline(65536)
    if not line.startswith(f'{{"format": "{MAGIC}"'.encode()):
        raise ValueError(f"{name} is no backup")
    head: dict[str, Any] = json.loads(line)
    return head


def read_records(file: BinaryIO, name: str) -> Iterator[tuple[bytes, int, int, bytes]]:
    """The records; raises ValueError if one is damaged, or the last is missing."""
    while True:
        head = file.read(RECORD.size).ljust(RECORD.size, b"\0")
        what, offset, length, checksum = RECORD.unpack(head)
        data = file.read(length) if what == b"DATA" and length <= CHUNK else b""
        if not what.isalpha() or zlib.crc32(head[:-4] + data) != checksum:
            raise ValueError(f"{name} is cut off or damaged before byte {file.tell()}")
        if what == b"DONE":
            return
        yield what, offset, length, data


def write_record(file: BinaryIO, what: bytes, at: int, n: int, data: bytes) -> None:
    """Write a record in one piece: replies come in any order, records do not mix."""
    checksum = zlib.crc32(RECORD.pack(what, at, n, 0)[:-4] + data)
    file.write(RECORD.pack(what, at, n, checksum) + data)


async def back_up(uri: str, bitmap: str | None, name: str, previous: str | None) -> str:
    contexts = [f"{nbd.CONTEXT_QEMU_DIRTY_BITMAP}{bitmap}"] if bitmap else []
    contexts.append(ALLOCATION)
    bytes_read = 0

    async def read(offset: int, count: int) -> None:
        data = await disk.pread(count, offset)
        write_record(file, b"DATA", offset, count, data)

    async with nbd.aio.connect(uri, contexts=contexts, reconnect_timeout=60) as disk:
        head = {"format": MAGIC, "id": uuid.uuid4().hex, "size": disk.size}
        with new_file(name) as file:
            file.write(json.dumps({**head, "previous": previous}).encode() + b"\n")
            async with many(IN_FLIGHT) as start:
                async for extent in disk.extents(contexts=contexts):
                    if bitmap and not extent.dirty:
                        continue
                    step = ZEROES if extent.zero else CHUNK
                    for at in range(extent.offset, extent.end, step):
                        count = min(step, extent.end - at)
                        if extent.zero:
                            write_record(file, b"ZERO", at, count, b"")
                        else:
                            await start(read(at, count))
                            bytes_read += count
            write_record(file, b"DONE", 0, 0, b"")
    return f"{name}: {bytes_read} of {head['size']} bytes were read"


def check(names: list[str]) -> int:
    """Check that all backups are whole and follow each other; returns the size."""
    before = None
    size = 0
    for name in names:
        with open(name, "rb") as file:
            head = read_head(file, name)
            if head["previous"] != before:
                raise ValueError(f"the backup that {name} follows must come before it")
            for _ in read_records(file, name):
                pass
        before, size = head["id"], head["size"]
    return size


async def restore(uri: str, names: list[str]) -> str:
    size = check(names)
    async with nbd.aio.connect(uri, reconnect_timeout=60) as disk:
        if disk.size < size:
            raise ValueError(f"{uri} has {disk.size} bytes, the backup {size}")
        for name in names:  # one backup writes each place once, so in any order
            with open(name, "rb") as file:
                read_head(file, name)
                async with many(IN_FLIGHT) as start:
                    for what, offset, length, data in read_records(file, name):
                        if what == b"DATA":
                            await start(disk.pwrite(data, offset))
                        else:
                            await start(disk.zero(length, offset))
        if disk.handle.can_flush():
            await disk.flush()
    return f"{len(names)} backups were restored"


def main(arguments: list[str]) -> str:
    match arguments:
        case ["full", uri, name]:
            return asyncio.run(back_up(uri, None, name, None))
        case ["incremental", uri, bitmap, name, previous]:
            with open(previous, "rb") as file:
                head = read_head(file, previous)
            return asyncio.run(back_up(uri, bitmap, name, head["id"]))
        case ["restore", uri, name, *others]:
            return asyncio.run(restore(uri, [name, *others]))
    raise SystemExit(__doc__)


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except (ValueError, nbd.Error, OSError, ExceptionGroup) as failure:
        error: BaseException = failure
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if not isinstance(error, (ValueError, nbd.Error, OSError)):
            raise
        sys.exit(f"incremental_backup.py: {error}")
