# SPDX-License-Identifier: MIT
"""Disks of guests: a GPT, and ext4 in its last partition.  Nobody has to be root."""

import os
import random
import subprocess
import tempfile
from pathlib import Path

MIB = 1 << 20
START = MIB  # of the partition


def _write_files(directory: Path, name: str, count: int, size: int) -> None:
    """What cannot be made smaller in any way but by leaving it out."""
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
    """As an unlink does it: what was in the blocks stays there."""
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
    """So many MiB of files, and as many that were there once."""
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
