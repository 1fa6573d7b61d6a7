#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Volume groups of any layout lose what is free in them, and nothing else.

Physical volumes full of noise are made, with logical volumes in pieces at random
places.  Some volumes contain noise, some ext4 or swap.  Then the unused ranges
are filled with garbage: LVM's own areas must be unchanged, and so must every
byte of every volume, except what is free in its file system.  And everything
that is free must be in unused ranges.  SEED and RUNS in the environment choose
the layouts.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import List, Set, Tuple

from drawn import draw, run
from lvm_disk import Group, Volume

UNUSED = Path.cwd() / "convert/tests/unused/unused"
NBDCONVERT = Path.cwd() / "convert/nbdconvert"
PROGRAMS = ("mke2fs", "e2fsck", "debugfs", "dumpe2fs", "mkswap")
KIB = 1024
MIB = KIB * KIB
# Types that consist of other volumes, and the names of those.
HIDDEN = ["READ", "WRITE"]
MADE_OF_OTHERS = {
    "raid1": 'type = "raid1"\ndevice_count = 1\nregion_size = 4096\n\n'
    'raids = [\n"{0}_rmeta_0", "{0}_rimage_0"\n]\n',
    "thin-pool": 'type = "thin-pool"\nmetadata = "{0}_tmeta"\npool = "{0}_tdata"\n'
    "transaction_id = 1\nchunk_size = 128\n",
    "snapshot": 'type = "snapshot"\nchunk_size = 8\norigin = "{0}_rimage_0"\n'
    'cow_store = "{0}_tdata"\n',
}

Range = Tuple[int, int]


@dataclass
class Content:
    """What was written into a volume."""

    volume: Volume
    kind: str
    before: bytes


class Disk:
    """A disk with one physical volume."""

    def __init__(self, rng: random.Random, top: Path) -> None:
        self.rng, self.top = rng, top
        self.image = top / "disk"
        extent = rng.choice((64 * KIB, 256 * KIB, MIB, 4 * MIB))
        extents = rng.randrange(3, 64 * MIB // extent)
        start = rng.choice((192 * KIB, MIB, MIB + 64 * KIB, 2 * MIB))
        areas = [(4096, rng.choice((64 * KIB, start - 4096)))]
        end = start + extents * extent
        if rng.random() < 0.3:
            areas.append((end + rng.randrange(9) * 4096, areas[0][1]))
        length = max(end, *(at + size for at, size in areas)) + rng.randrange(9) * 512
        self.group = Group(
            length,
            name=rng.choice(("vg0", "debian-vg", "1", "a+b.c_d")),
            extent=extent,
            start=start,
            extents=extents,
            areas=areas,
            label=rng.randrange(4),
            at=512 * rng.randrange(1, areas[0][1] // 512),  # it may wrap
            others=rng.randrange(2),
        )
        self.offset = rng.choice((0, MIB))  # of its partition
        self.contents: List[Content] = []

    # ---- making it ----

    def places(self) -> List[Range]:
        """Draw runs of extents for all volumes, in any order."""
        cuts = sorted(
            self.rng.sample(
                range(self.group.extents + 1),
                min(self.group.extents + 1, self.rng.randrange(2, 24)),
            )
        )
        runs = [(a, b - a) for a, b in zip(cuts, cuts[1:]) if self.rng.random() < 0.7]
        self.rng.shuffle(runs)
        return runs

    def lay_out(self) -> None:
        runs = self.places()
        volumes = self.group.volumes
        while runs:
            count = self.rng.choice((1, 1, 2, 3))
            name = f"lv{len(volumes)}"
            kind = self.rng.choice((*MADE_OF_OTHERS, *["plain"] * 5))
            if kind == "plain":
                volumes.append(Volume(name, runs[:count]))
            else:
                volumes.append(Volume(name, others=[(1, MADE_OF_OTHERS[kind])]))
                name += {"raid1": "_rimage_0", "thin-pool": "_tdata"}.get(kind, "_x")
                volumes.append(Volume(name, runs[:count], status=HIDDEN))
                line = MADE_OF_OTHERS[kind].format(volumes[-2].name)
                volumes[-2].others = [(1, line)]
            runs = runs[count:]
        if self.rng.random() < 0.3:
            volumes.append(Volume("far", [(0, 5)], physical="pv1"))
            self.group.others = 1

    def length_of(self, volume: Volume) -> int:
        return sum(count for _, count in volume.pieces) * self.group.extent

    def fill(self) -> None:
        """Write something into each volume."""
        for volume in self.group.volumes:
            length = self.length_of(volume)
            if not volume.pieces or volume.physical != "pv0":
                continue
            kind = self.rng.choice(("noise", "swap", "ext4", "ext4"))
            if length < 256 * KIB or "READ" in volume.status[2:]:
                kind = "noise"
            if volume.status == HIDDEN and kind != "noise":
                kind = "hidden " + kind
            self.contents.append(Content(volume, kind, self.make(kind, length)))

    def make(self, kind: str, length: int) -> bytes:
        path = self.top / "content"
        with path.open("wb") as out:
            out.write(self.rng.randbytes(length))
        if kind.endswith("swap"):
            path.chmod(0o600)
            run("mkswap", path)
        elif kind.endswith("ext4"):
            tree = self.top / "tree"
            tree.mkdir()
            for i in range(self.rng.randrange(1, 9)):
                size = self.rng.randrange(length // 64)
                (tree / f"file{i}").write_bytes(self.rng.randbytes(size))
            features = self.rng.choice(("^has_journal", "^has_journal,^flex_bg"))
            block = self.rng.choice((1024, 4096))
            run("mke2fs", "-q", "-F", "-t", "ext4", "-O", features, "-b", block,
                "-d", tree, path)  # fmt: skip
            if self.rng.random() < 0.5:
                run("debugfs", "-w", "-R", "rm /file0", path)
                # debugfs leaves some counts wrong.
                subprocess.run(
                    ["e2fsck", "-fy", str(path)],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            shutil.rmtree(tree)
        return path.read_bytes()

    def scatter(self, disk: bytearray, content: Content) -> None:
        at = 0
        for start, end in self.ranges_of(content.volume):
            disk[start:end] = content.before[at : at + end - start]
            at += end - start

    def ranges_of(self, volume: Volume) -> List[Range]:
        if volume.physical != "pv0":
            return []
        begin, size = self.offset + self.group.start, self.group.extent
        return [
            (begin + first * size, begin + (first + count) * size)
            for first, count in volume.pieces
        ]

    def write(self) -> None:
        self.lay_out()
        self.fill()
        disk = bytearray(self.rng.randbytes(self.offset + self.group.length))
        disk[self.offset : self.offset + 4 * 512] = bytes(4 * 512)
        for content in self.contents:
            self.scatter(disk, content)
        if self.offset > 0:
            disk[0:512] = bytes(446) + bytes(64) + b"\x55\xaa"
            disk[450] = 0x8E
            disk[454:458] = (self.offset // 512).to_bytes(4, "little")
            disk[458:462] = (self.group.length // 512).to_bytes(4, "little")
            disk[1024:1536] = bytes(512)
        self.image.write_bytes(disk)
        self.group.write(str(self.image), self.offset)

    # ---- checking it ----

    def free_extents(self) -> Set[int]:
        free = set(range(self.group.extents))
        for volume in self.group.volumes:
            if volume.physical == "pv0":
                for first, count in volume.pieces:
                    free -= set(range(first, first + count))
        return free

    def check_said(self) -> None:
        """Check the number of unused bytes of the group and of each volume."""
        said = {}
        for line in run(UNUSED, self.image).splitlines():
            words = line.split(maxsplit=5)
            said[words[0]] = (words[3], int(words[4]))
        number = 1 if self.offset else 0
        free = len(self.free_extents()) * self.group.extent
        if said[str(number)] != ("LVM", free):
            raise AssertionError(f"{said} with {free} bytes free")
        for content in self.contents:
            key = f"{number}:{self.group.name}/{content.volume.name}"
            if (key in said) != (content.volume.status != HIDDEN):
                raise AssertionError(f"{key} is missing, or should be: {said}")
            free = self.free_bytes(content)
            if said.get(key, ("", 0))[1] != free:
                raise AssertionError(f"{said} with {free} bytes free in {key}")

    def free_bytes(self, content: Content) -> int:
        if content.kind == "swap":
            return len(content.before) // 4096 * 4096 - 4096
        if content.kind != "ext4":
            return 0
        path = self.top / "content"
        path.write_bytes(content.before)
        shown = run("dumpe2fs", "-h", path)
        numbers = [
            int(match.group(1))
            for name in ("Free blocks", "Block size")
            if (match := re.search(rf"^{name}: +(\d+)$", shown, re.MULTILINE))
        ]
        return numbers[0] * numbers[1]

    def check_ranges(self) -> None:
        """Check that everything that is free is unused, and nothing else."""
        before = self.image.read_bytes()
        after = bytearray(before)
        lost = bytearray(len(before))
        for line in run(UNUSED, self.image, "ranges").splitlines():
            start, end = map(int, line.split())
            after[start:end] = self.rng.randbytes(end - start)
            lost[start:end] = b"\x01" * (end - start)
        begin, size = self.offset + self.group.start, self.group.extent
        end = begin + self.group.extents * size
        if any(lost[:begin]) or any(lost[end:]):
            raise AssertionError("something outside of the extents is lost")
        for i in self.free_extents():
            if not all(lost[begin + i * size : begin + (i + 1) * size]):
                raise AssertionError(f"extent {i} is not said to be free")
        for content in self.contents:
            found = b"".join(after[a:b] for a, b in self.ranges_of(content.volume))
            self.check_content(content, found)

    def check_content(self, content: Content, found: bytes) -> None:
        name = content.volume.name
        if content.kind == "swap":
            if found[:4096] != content.before[:4096]:
                raise AssertionError(f"the header of swap in {name} is lost")
        elif content.kind == "ext4":
            path, old = self.top / "found", self.top / "content"
            path.write_bytes(found)
            old.write_bytes(content.before)
            run("e2fsck", "-fn", path)
            if self.files(path) != self.files(old):
                raise AssertionError(f"files of {name} have changed")
        elif found != content.before:
            raise AssertionError(f"something of {name}, {content.kind}, is lost")

    def files(self, path: Path) -> List[Tuple[str, bytes]]:
        out = self.top / "out"
        out.mkdir()
        run("debugfs", "-R", f"rdump / {out}", path)
        found = [
            (str(p.relative_to(out)), p.read_bytes())
            for p in sorted(out.rglob("*"))
            if p.is_file()
        ]
        shutil.rmtree(out)
        return found

    def check_copy(self) -> None:
        """Check that nbdconvert makes holes of the unused ranges."""
        copy = bytearray(self.image.read_bytes())
        for line in run(UNUSED, self.image, "ranges").splitlines():
            start, end = map(int, line.split())
            copy[start:end] = bytes(end - start)
        out = self.top / "copy"
        run(NBDCONVERT, "-q", "--sparsify", "--from=raw", self.image, out)
        if out.read_bytes() != copy:
            raise AssertionError("the copy has something else")
        free = len(self.free_extents()) * self.group.extent
        kept = len(copy) - free
        if out.stat().st_blocks * 512 > kept + 4 * MIB:
            raise AssertionError(f"{out.stat().st_blocks * 512} bytes for {kept}")


def check(seed: int) -> None:
    with tempfile.TemporaryDirectory(prefix="causeway-") as directory:
        disk = Disk(random.Random(seed), Path(directory))
        disk.write()
        disk.check_said()
        disk.check_ranges()
        disk.check_copy()


draw(check, PROGRAMS, usual=3, long=40)
