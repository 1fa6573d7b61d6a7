#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Use an ext4 file system over nbdfuse, and check that nothing is lost.

usage: ext4_promises.py write|verify URI COUNT LEDGER

With write, a file system is made.  COUNT times a file is written, also over an
existing one, and made durable together with its name.  Now and then a file is
removed, or read again from the disk.  The ledger lists what fsync has made
durable.  With verify, e2fsck must find nothing wrong, and all that the ledger
lists must be there.  A loop device is used, so this needs root.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mounting import Mount

OPTIONS = ("--reconnect-timeout=5m", "--stall-timeout=10s", "-C", "4")
FILES = 64
LARGEST = 256 << 10
READ_AGAIN = 8


def run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def content(seed: int) -> bytes:
    lots = random.Random(seed)
    return lots.randbytes(lots.randrange(1, LARGEST))


@contextlib.contextmanager
def shown(uri: str) -> Iterator[Mount]:
    """Mount the export as a file."""
    with Mount(uri) as mount:
        if not mount.start(*OPTIONS):
            sys.exit(f"nbdfuse ended: {mount.said()}")
        try:
            yield mount
            status = mount.unmount()
            if status != 0:
                sys.exit(f"nbdfuse ended with {status}")
        finally:
            sys.stderr.write(mount.said())


@contextlib.contextmanager
def mounted(mount: Mount, *options: str) -> Iterator[Path]:
    """Mount the file system in that file."""
    place = Path(mount.directory.name, "ext4")
    place.mkdir()
    device = run("losetup", "--find", "--show", str(mount.path / "nbd")).strip()
    try:
        run("mount", "-t", "ext4", *options, device, str(place))
        try:
            yield place
        finally:
            run("umount", str(place))
    finally:
        run("losetup", "-d", device)


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def check(path: Path, seed: int) -> None:
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if file.read() != content(seed):
            sys.exit(f"{path.name} does not have what was promised")


def write(place: Path, count: int) -> dict[str, int]:
    lots = random.Random(count)
    promised: dict[str, int] = {}
    for seed in range(count):
        path = place / f"file{lots.randrange(FILES)}"
        with path.open("wb" if lots.randrange(2) else "ab") as file:
            file.truncate(0)
            file.write(content(seed))
            file.flush()
            os.fsync(file.fileno())
        sync(place)
        promised[path.name] = seed
        if seed % READ_AGAIN == 0:
            name = lots.choice(list(promised))
            check(place / name, promised[name])
        if seed % READ_AGAIN == 1:
            name = lots.choice(list(promised))
            (place / name).unlink()
            sync(place)
            del promised[name]
    return promised


def verify(place: Path, promised: dict[str, int]) -> None:
    there = {path.name for path in place.iterdir()} - {"lost+found"}
    if there != set(promised):
        sys.exit(f"these files are not as promised: {there ^ set(promised)}")
    for name, seed in promised.items():
        check(place / name, seed)


def main() -> None:
    what, uri, count, ledger = sys.argv[1:]
    with shown(uri) as mount:
        if what == "write":
            run("mkfs.ext4", "-q", str(mount.path / "nbd"))
            with mounted(mount) as place:
                promised = write(place, int(count))
            Path(ledger).write_text(json.dumps(promised))
        else:
            run("e2fsck", "-fn", str(mount.path / "nbd"))
            with mounted(mount, "-o", "ro,noload") as place:
                verify(place, json.loads(Path(ledger).read_text()))


main()
