# SPDX-License-Identifier: MIT
"""Disks of guests: a GPT with ext4 in its only partition, made without root."""

import os
import random
import subprocess
import tempfile
from pathlib import Path

MIB = 1 << 20
START = MIB  # of the partition


def _write_files(directory: Path, name: str, count: int, size: int) -> None:
    """Make files of random data, which cannot be compressed."""
    lots = random.Random(count)
    (directory / name).mkdir()
    for number in range(count):
        (directory / name / str(number)).write_bytes(lots.randbytes(size))


def _partition(disk: Path, size: int) -> None:
    disk.touch()
    os.truncate(disk, size)
    table = (
        f"label: gpt\nstart={START // MIB}MiB,size={size // MIB - 2}MiB,type=linux\n"
    )
    subprocess.run(["sfdisk", "-q", disk], input=table.encode(), check=True)


def _make_ext4(disk: Path, files: Path, size: int) -> None:
    words = ["mke2fs", "-q", "-F", "-t", "ext4", "-E", f"offset={START}"]
    words += ["-d", str(files), str(disk), f"{size // MIB - 2}M"]
    subprocess.run(words, check=True)


def _delete(disk: Path, name: str, count: int) -> None:
    """Delete files as unlink does: their data stays in the blocks."""
    requests = "".join(f"rm /{name}/{number}\n" for number in range(count))
    words = ["debugfs", "-w", "-f", "-", f"{disk}?offset={START}"]
    subprocess.run(
        words,
        input=requests.encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def make_guest(disk: Path, size: int, kept: int, deleted: int = 0) -> Path:
    """A disk with `kept` MiB of files, and `deleted` MiB of deleted files."""
    if disk.exists():
        return disk
    with tempfile.TemporaryDirectory(dir=disk.parent) as directory:
        files = Path(directory)
        _write_files(files, "kept", kept, MIB)
        _write_files(files, "deleted", deleted, MIB)
        _partition(disk, size)
        _make_ext4(disk, files, size)
    _delete(disk, "deleted", deleted)
    return disk
