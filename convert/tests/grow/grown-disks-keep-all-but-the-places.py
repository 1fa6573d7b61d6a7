#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whatever partitions a disk has, one of them grows and the others stay or move.

Random disks with a GPT or an MBR are made, with logical partitions, swap, gaps and
numbers in any order.  One of their partitions takes the space of a larger disk.
Other programs then read the table: only the places that had to change have
changed, and the content of the partitions is the same.  A refusal changes nothing.
Hostile changes of the table cause no crash.  SEED and RUNS in the environment
choose the disks.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

TABLE = Path.cwd() / "convert/tests/disk/table"
SECTOR = 512
MIB = 1 << 20
SWAP_UUID = "01234567-89ab-cdef-0123-456789abcdef"
REFUSALS = re.compile(
    "there is no space to grow|is behind|cannot be moved|is an extended one|"
    "there is no partition|are all named"
)
Part = Dict[str, Any]


def fail(text: str) -> None:
    """End with this message."""
    sys.exit(f"FAIL: {text}")


def call(*args: object, text: Optional[str] = None) -> str:
    """Run a program of the system, which has to succeed."""
    done = subprocess.run(
        [str(a) for a in args],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{args}: {done.stdout}")
    return done.stdout


def read_table(disk: Path) -> List[Part]:
    """Read the table with sfdisk."""
    table = json.loads(call("sfdisk", "-J", disk))["partitiontable"]
    for part in table["partitions"]:
        part["number"] = int(re.sub(".*?([0-9]+)$", r"\1", part.pop("node")))
    return list(table["partitions"])


def is_extended(part: Part) -> bool:
    """Tell whether the partition contains logical ones."""
    return part["type"] in ("5", "f", "85")


# ---- making disks ----


def places(rng: random.Random, at: int, end: int, most: int) -> List[Tuple[int, int]]:
    """Draw sorted places, as sectors: start and size."""
    found = []
    unit = rng.choice((2048, 2048, 2048, 64, 1))
    for _ in range(rng.randint(1, most)):
        at += rng.choice((0, 0, 1, 2)) * unit
        size = rng.randint(1, 4) * rng.choice((2048, 2048, 512))
        if at + size > end:
            break
        found.append((at, size))
        at += size
    return found


def gpt(rng: random.Random, sectors: int) -> str:
    """Write a script of sfdisk for a GPT."""
    lines = ["label: gpt"]
    drawn = places(rng, 2048, sectors - 34, 6)
    rng.shuffle(drawn)
    for start, size in drawn:
        name = rng.choice(("root", "data", "a name of words", "größe \u2603"))
        lines.append(f'start={start}, size={size}, name="{name}"')
    return "\n".join(lines) + "\n"


def dos(rng: random.Random, sectors: int) -> str:
    """Write a script of sfdisk for an MBR, usually with logical partitions."""
    lines = ["label: dos"]
    before = places(rng, 2048, sectors, 2)
    lines += [f"start={s}, size={n}, type=83" for s, n in before]
    at = before[-1][0] + before[-1][1] + rng.choice((0, 2, 2048))
    if rng.random() < 0.8:
        end = at + rng.randint(8, 24) * 2048
        inner = places(rng, at + 2048, end, 3)
        logical = []
        for i, (start, size) in enumerate(inner):
            logical.append(f"start={start + i * 2048}, size={size}, type=83")
            end = max(end, start + i * 2048 + size)
        extended = f"start={at}, size={end - at}, type=5"
        at = end + rng.choice((0, 2048))
        behind = [f"start={at}, size=2048, type=83"] * rng.choice((0, 0, 1))
        lines += [extended] + behind
        while len(lines) < 5:
            lines.append("start=0, size=0, type=0")
        return "\n".join(lines[:5] + logical) + "\n"
    return "\n".join(lines) + "\n"


def make_swap(tmp: Path, size: int) -> bytes:
    """Make swap with mkswap."""
    path = tmp / "swap"
    path.write_bytes(bytes(size))
    call("mkswap", "-U", SWAP_UUID, "-L", "my swap", path)
    return path.read_bytes()


def fill(rng: random.Random, tmp: Path, disk: Path, parts: List[Part]) -> None:
    """Fill each partition with noise or swap; record the content to expect
    later."""
    with disk.open("r+b") as file:
        for part in parts:
            if is_extended(part):
                continue
            size = part["size"] * SECTOR
            content = rng.randbytes(size)
            part["moved"] = content
            if rng.random() < 0.3 and size >= 10 * 4096:
                header = make_swap(tmp, size)
                part["moved"] = header
                content = header[:4096] + content[4096:]
                if rng.random() < 0.3:  # a machine hibernates
                    content = content[:4086] + b"S1SUSPEND\0" + content[4096:]
                    part["moved"] = content
            part["content"] = content
            file.seek(part["start"] * SECTOR)
            file.write(content)


# ---- checking results ----


def compare_part(old: Part, new: Part, grown: int, shift: int) -> None:
    """Compare what sfdisk says of a partition."""
    for key in old.keys() | new.keys():
        if key in ("start", "size", "content", "moved"):
            continue
        if old.get(key) != new.get(key):
            fail(f"{key} of {old['number']} became {new.get(key)}")
    moved = new["start"] - old["start"]
    if moved not in (0, shift // SECTOR):
        fail(f"partition {old['number']} moved by {moved}")
    if old["number"] == grown:
        if moved or new["size"] <= old["size"]:
            fail(f"partition {grown} did not grow: {old['size']} {new['size']}")
    elif not is_extended(old) and new["size"] != old["size"]:
        fail(f"partition {old['number']} has another size")


def compare_content(disk: Path, old: Part, new: Part, grown: int) -> None:
    """Compare the content of a partition."""
    moved = new["start"] != old["start"]
    with disk.open("rb") as file:
        file.seek(new["start"] * SECTOR)
        content = file.read(new["size"] * SECTOR)
    wanted = old["moved"] if moved else old["content"]
    if content[: len(wanted)] != wanted:
        fail(f"partition {old['number']} has another content")
    if old["number"] == grown and content.count(0, len(wanted)) != (
        len(content) - len(wanted)
    ):
        fail("the added space is not zero")


def check_result(disk: Path, said: str, parts: List[Part], size: int) -> None:
    """Check the whole disk."""
    found = re.match(r'partition (\d+) ".*" \d+\+\d+ to (\d+)\+(\d+) shift (\d+)', said)
    if found is None:
        fail(f"this was said: {said}")
        return
    grown, start, length, shift = map(int, found.groups())
    after = {p["number"]: p for p in read_table(disk)}
    if len(after) != len(parts):
        fail("there are other partitions")
    for old in parts:
        new = after[old["number"]]
        compare_part(old, new, grown, shift)
        if not is_extended(old):
            compare_content(disk, old, new, grown)
    if shift == 0 and start % MIB == 0 and (start + length) % MIB != 0:
        fail("the end is not aligned")
    room = size - (start + length)
    if shift == 0 and room > 2 * MIB:
        fail(f"{room} bytes were not used")
    said = call("sfdisk", "--verify", disk)
    if "No errors detected" not in said:
        fail(said)
    if any("uuid" in p for p in parts):
        said = call("sgdisk", "-v", disk)
        if "No problems found" not in said:
            fail(said)


# ---- runs ----


def grow(disk: Path, old_size: int, name: str, move: bool) -> Tuple[int, str]:
    """Call the test program; any status but 0 and 1 is a crash."""
    done = subprocess.run(
        [str(TABLE), "grow", str(disk), str(old_size), name] + ["move"] * move,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        fail(f"it ended with {done.returncode}: {done.stderr}")
    if done.returncode == 1 and not done.stderr.startswith("error: "):
        fail("it gave no reason")
    return done.returncode, done.stdout or done.stderr


def hostile(rng: random.Random, disk: Path, old_size: int, parts: List[Part]) -> None:
    """Change bytes of the table; only crashes count as failures."""
    sectors = [0, 1, 2, old_size // SECTOR - 1]
    sectors += [p["start"] - 2048 for p in parts if p["start"] >= 2048]
    with disk.open("r+b") as file:
        for _ in range(rng.choice((1, 2, 8))):
            at = rng.choice(sectors) * SECTOR + rng.choice(
                (rng.randrange(SECTOR), 446 + rng.randrange(64))
            )
            file.seek(at)
            file.write(rng.randbytes(rng.choice((1, 1, 4))))
    for part in rng.sample(parts, min(2, len(parts))):
        grow(disk, old_size, str(part["number"]), rng.random() < 0.5)


def one(rng: random.Random, tmp: Path) -> str:
    """Make a disk, and let one of its partitions grow."""
    disk = tmp / "disk"
    old_size = rng.randint(48, 64) * MIB
    size = old_size + rng.choice((0, 4096, MIB, 16 * MIB + 512, 40 * MIB))
    disk.write_bytes(b"")
    os.truncate(disk, old_size)
    script = rng.choice((gpt, dos, dos))(rng, old_size // SECTOR)
    try:
        call("sfdisk", "-q", "--no-tell-kernel", disk, text=script)
        parts = read_table(disk)
    except RuntimeError:
        return "undrawn"
    fill(rng, tmp, disk, parts)
    before = disk.read_bytes()
    os.truncate(disk, size)
    chosen = rng.choice(parts)
    name = rng.choice((str(chosen["number"]), chosen.get("name", "last"), "last"))
    status, said = grow(disk, old_size, name, rng.random() < 0.7)
    if status == 0:
        check_result(disk, said, parts, size)
        result = "moved" if not re.search("shift 0\n", said) else "grown"
    else:
        if not REFUSALS.search(said):
            fail(f"this is no reason: {said}")
        if disk.read_bytes()[: len(before)] != before:
            fail("it was refused, but something was written")
        result = "refused"
    hostile(rng, disk, old_size, parts)
    return result


def main() -> None:
    """Try as many disks as the environment says."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in "sfdisk", "sgdisk", "mkswap":
        if shutil.which(program) is None:
            print(f"SKIP: {program} is not installed")
            sys.exit(77)
    if "#define HAVE_FDISK 1" not in Path("config.h").read_text("utf-8"):
        print("SKIP: nbdconvert was built without libfdisk")
        sys.exit(77)
    long = "CHECK_LONG" in os.environ
    runs = int(os.environ.get("RUNS", "1000" if long else "24"))
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}", flush=True)
    results = {"grown": 0, "moved": 0, "refused": 0, "undrawn": 0}
    with tempfile.TemporaryDirectory() as tmp:
        for i in range(runs):
            print(f"disk {i}", flush=True)
            results[one(random.Random(f"{seed} {i}"), Path(tmp))] += 1
    print(results)
    if runs >= 24 and (not results["grown"] or not results["moved"]):
        fail("these disks prove nothing")


if __name__ == "__main__":
    main()
