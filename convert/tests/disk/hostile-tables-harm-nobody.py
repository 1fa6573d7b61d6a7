#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hostile partition tables, whose checksums are correct, are refused or moved.

Whatever a table says, the program does not crash, writes nothing if it refuses,
never changes the content of partitions, and a table that it wrote is one that
it accepts.  SEED and RUNS in the environment choose the tables.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List

from gpt_disk import SECTOR, Copy

TABLE = Path.cwd() / "convert/tests/disk/table"
SIZE = 8 << 20
PARTITIONS = ((2048, 2048), (6144, 4096))  # first sector, sectors
FIELDS = {
    "revision": 4,
    "size": 4,
    "own": 8,
    "alternate": 8,
    "first_usable": 8,
    "last_usable": 8,
    "entries": 8,
    "count": 4,
    "entry_size": 4,
}


def number(rng: random.Random, size: int, now: int) -> int:
    """Draw a number that the code might not expect."""
    most = (1 << 8 * size) - 1
    last = SIZE // SECTOR - 1
    choices = [0, 1, 2, most, most - 1, most >> 1, 1 << (8 * size - 4), last]
    choices += [last + 1, last - 1, last - 33, 34, 2048, 6144, 1 << 31, 128, 4096]
    choices += [now + 1, now - 1, now * 2, now // 2, now + 32, now - 32]
    choices += [most // SECTOR, most // SECTOR + 1, rng.randrange(most)]
    return rng.choice(choices) & most


def change_entry(rng: random.Random, copy: Copy) -> None:
    """Change the place of an entry."""
    entry = rng.choice((0, 1, 2, 127)) * 128
    array = bytearray(copy.array)
    if len(array) < entry + 128:
        return
    array[entry : entry + 16] = rng.randbytes(16)
    for at in (32, 40):
        if rng.random() < 0.7:
            now = struct.unpack_from("<Q", array, entry + at)[0]
            struct.pack_into("<Q", array, entry + at, number(rng, 8, now))
    copy.array = bytes(array)


def mutate(rng: random.Random, path: Path) -> None:
    """Change one copy or both, alike or differently, or the MBR."""
    with path.open("r+b") as disk:
        copies = [Copy(disk, 1), Copy(disk, SIZE // SECTOR - 1)]
        places = [c.header["entries"] for c in copies]
        state = rng.getstate()
        alike = rng.random() < 0.6
        only = rng.choice((0, 1))
        for i, copy in enumerate(copies):
            if alike:
                rng.setstate(state)
                rng.random()
            elif i != only:
                continue
            for _ in range(rng.choice((1, 1, 2, 4))):
                if rng.random() < 0.3:
                    change_entry(rng, copy)
                    continue
                name = rng.choice(list(FIELDS))
                if alike and name in ("own", "alternate", "entries"):
                    if i != only:
                        rng.random()
                        continue
                now = copy.header[name]
                copy.header[name] = number(rng, FIELDS[name], now)
            if rng.random() < 0.95:
                copy.sums()
            copy.write(places[i])
        if rng.random() < 0.1:
            disk.seek(446 + rng.randrange(64))
            disk.write(rng.randbytes(rng.choice((1, 4, 16))))


def run(*args: object) -> "subprocess.CompletedProcess[str]":
    """Call the test program; any status but 0 and 1 is a crash."""
    done = subprocess.run(
        [str(TABLE), *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        sys.exit(f"FAIL: {args} ended with {done.returncode}: {done.stderr}")
    if done.returncode == 1 and "error: " not in done.stderr:
        sys.exit(f"FAIL: {args} gave no reason")
    return done


def partitions_of(path: Path) -> List[bytes]:
    """Read the content of the partitions."""
    content = path.read_bytes()
    return [content[f * SECTOR : (f + n) * SECTOR] for f, n in PARTITIONS]


def try_mutant(rng: random.Random, template: Path, path: Path) -> str:
    """Make a hostile disk, let its table follow, and check the result."""
    shutil.copyfile(template, path)
    mutate(rng, path)
    size = SIZE + rng.choice((0, SECTOR, 5 * SECTOR, 1 << 20, -(1 << 19)))
    run("facts", path)
    run("shrink", path, SIZE - (1 << 19))
    os.truncate(path, size)
    before = path.read_bytes()
    done = run("follow", path, SIZE)
    if partitions_of(path) != partitions_of(template):
        sys.exit("FAIL: a partition was changed")
    if done.returncode == 1 or not done.stdout:
        if path.read_bytes() != before:
            sys.exit(f"FAIL: something was written: {done.stderr}")
        return "refused" if done.returncode == 1 else "left"
    facts = run("facts", path)
    if not re.match("gpt .*backup=end", facts.stdout):
        sys.exit(f"FAIL: the moved table is bad: {facts.stdout}{facts.stderr}")
    return "moved"


def make_template(path: Path) -> None:
    """Make a disk with noise in its partitions."""
    path.touch()
    os.truncate(path, SIZE)
    options = [f"--new={i}:{f}:+{n}" for i, (f, n) in enumerate(PARTITIONS, 1)]
    subprocess.run(
        ["sgdisk", *options, str(path)], check=True, stdout=subprocess.DEVNULL
    )
    with path.open("r+b") as disk:
        for first, sectors in PARTITIONS:
            disk.seek(first * SECTOR)
            disk.write(os.urandom(sectors * SECTOR))


def main() -> None:
    """Try as many disks as the environment says."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if shutil.which("sgdisk") is None:
        print("SKIP: sgdisk is not installed")
        sys.exit(77)
    if "#define HAVE_FDISK 1" not in Path("config.h").read_text("utf-8"):
        print("SKIP: nbdconvert was built without libfdisk")
        sys.exit(77)
    long = "CHECK_LONG" in os.environ
    runs = int(os.environ.get("RUNS", "2000" if long else "200"))
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}", flush=True)
    results = {"refused": 0, "left": 0, "moved": 0}
    with tempfile.TemporaryDirectory() as tmp:
        template = Path(tmp) / "template"
        make_template(template)
        for i in range(runs):
            print(f"mutant {i}", flush=True)
            rng = random.Random(f"{seed} {i}")
            results[try_mutant(rng, template, Path(tmp) / "disk")] += 1
    print(results)
    if runs >= 100 and (not results["refused"] or not results["moved"]):
        sys.exit("FAIL: these mutants prove nothing")


if __name__ == "__main__":
    main()
