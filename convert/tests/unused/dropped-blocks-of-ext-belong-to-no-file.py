#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""File systems of all kinds lose no data with their unused blocks.

mke2fs makes them with random features and files, some of which are deleted.
Then the unused ranges are filled with garbage: e2fsck must find no error, and
all files must be unchanged.  And all free blocks must be in unused ranges.  SEED
and RUNS in the environment choose the file systems; CHECK_LONG tries 200.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Dict, List

from drawn import draw, run

UNUSED = Path.cwd() / "convert/tests/unused/unused"
PROGRAMS = ("mke2fs", "e2fsck", "debugfs", "dumpe2fs")
LARGEST_FULL = 64 << 20  # of those that are filled
NEW = "-O ^has_journal,", "-t ext2 -O ", "-t ext3 -O ", "-t ext4 -O "
FEATURES = (
    "meta_bg,^resize_inode",
    "flex_bg",
    "^flex_bg",
    "uninit_bg,^metadata_csum",
    "metadata_csum,64bit",
    "^metadata_csum,^64bit",
    "sparse_super2",
    "^sparse_super",
    "inline_data",
    "ea_inode,large_dir",
    "quota,project",
    "mmp",
    "bigalloc,extent",
    "orphan_file",
    "huge_file,extent",
    "casefold",
)


def make_tree(rng: random.Random, top: Path, block: int) -> List[Path]:
    files = []
    for i in range(rng.randrange(3, 40)):
        path = top / rng.choice(("", "a", "a/b", "c")) / f"file{i}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as out:
            for _ in range(rng.randrange(4)):
                out.write(rng.randbytes(rng.randrange(6 * block)))
                out.seek(rng.randrange(4) * block, os.SEEK_CUR)  # a hole
        files.append(path.relative_to(top))
    return files


def options(rng: random.Random, block: int) -> List[str]:
    words = (rng.choice(NEW) + rng.choice(FEATURES)).split()
    words += ["-b", str(block), "-m", str(rng.choice((0, 5)))]
    if block > 4096:
        words.append("-F")
    if "bigalloc" in words[-3] or any("bigalloc" in word for word in words):
        words += ["-C", str(block * rng.choice((2, 16)))]
    elif rng.random() < 0.3:
        words += ["-g", str(256 * 8 * rng.choice((1, 3)))]
    if rng.random() < 0.3:
        words += ["-G", str(rng.choice((1, 8)))]
    return words


def make(rng: random.Random, top: Path) -> Path:
    """Make a file system, some of whose files were deleted."""
    block = rng.choice((1024, 2048, 4096, 4096, 4096, 8192, 16384, 32768, 65536))
    image, tree = top / "image", top / "tree"
    files = make_tree(rng, tree, block)
    for _ in range(100):
        image.unlink(missing_ok=True)
        with open(image, "wb") as out:
            out.truncate(max(8 << 20, block * rng.randrange(1100, 9000)))
        try:
            run("mke2fs", "-q", *options(rng, block), "-d", tree, image)
            break
        except RuntimeError:
            continue  # these options do not go together
    commands = top / "commands"
    gone = rng.sample(files, rng.choice((0, len(files) // 2, len(files))))
    lines = [f"rm /{path}\n" for path in gone]
    if image.stat().st_size < LARGEST_FULL and rng.random() < 0.2:
        # This file is too large, so it fills the file system.
        rest = top / "rest"
        rest.write_bytes(rng.randbytes(4096) * (image.stat().st_size // 4096))
        lines.insert(rng.choice((0, len(lines))), f"write {rest} rest\n")
    commands.write_text("".join(lines))
    run("debugfs", "-w", "-f", commands, image)
    # debugfs leaves some counts wrong.
    subprocess.run(
        ["e2fsck", "-fy", image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return image


def contents(image: Path, to: Path) -> Dict[str, bytes]:
    to.mkdir()
    run("debugfs", "-R", f"rdump / {to}", image)
    found = {
        str(path.relative_to(to)): path.read_bytes()
        for path in to.rglob("*")
        if path.is_file()
    }
    shutil.rmtree(to)
    return found


def free_bytes(image: Path) -> int:
    shown = run("dumpe2fs", "-h", image)

    def value(name: str) -> int:
        match = re.search(rf"^{name}: +(\d+)$", shown, re.MULTILINE)
        return int(match.group(1)) if match else 0

    return value("Free blocks") * value("Block size")


def check(seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="causeway-") as directory:
        top = Path(directory)
        image = make(rng, top)
        before = contents(image, top / "out")
        shown = run(UNUSED, image).split(maxsplit=5)
        if len(shown) > 5 or int(shown[4]) != free_bytes(image):
            raise AssertionError(f"{shown} with {free_bytes(image)} bytes free")
        with open(image, "r+b") as out:
            for line in run(UNUSED, image, "ranges").splitlines():
                start, end = map(int, line.split())
                out.seek(start)
                piece = rng.randbytes(4096)
                while start < end:
                    start += out.write(piece[: end - start])
        run("e2fsck", "-fn", image)
        if contents(image, top / "out") != before:
            raise AssertionError("files have changed")


draw(check, PROGRAMS, usual=4, long=200)
