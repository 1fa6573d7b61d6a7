#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A physical volume is kept whole if anything about it is unusual, and
volumes that consist of other volumes are not examined."""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, List, Tuple

from lvm_disk import HEADER, SECTOR, Group, Volume

UNUSED = Path.cwd() / "convert/tests/unused/unused"
LENGTH = 4 << 20
AREA = (4096, 258048)
SECOND = (3 << 20, 258048)
STRIPED = 'type = "striped"\nstripe_count = 2\nstripes = ["pv0", 21, "pv0", 22]\n'
RAID = 'type = "raid1"\nraids = ["a_rmeta_0", "root"]\n'


def group() -> Group:
    """Make a group of two linear volumes on 32 extents."""
    return Group(
        LENGTH,
        [Volume("root", [(0, 3), (10, 4)]), Volume("home", [(3, 2)])],
        extent=64 << 10,
        extents=32,
        areas=[AREA],
    )


class Try:
    """A physical volume, and what is printed about it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def said(self, made: Group) -> List[str]:
        self.path.write_bytes(bytes(LENGTH))
        made.write(str(self.path))
        return self.areas()

    def areas(self) -> List[str]:
        done = subprocess.run(
            [str(UNUSED), str(self.path)], stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout.splitlines()

    def is_kept(self, said: List[str], why: str) -> None:
        """Check that all of it is kept, because of WHY."""
        if said != [f"0 0 {self.path.stat().st_size} LVM 0 {why}"]:
            sys.exit(f"FAIL: {said} instead of {why}")

    def poke(self, at: int, data: bytes) -> None:
        with self.path.open("r+b") as disk:
            disk.seek(at)
            disk.write(data)


def text_instead(old: str, new: str) -> Callable[[Group], None]:
    """Replace a part of the text; the checksum is right."""

    def change(made: Group) -> None:
        text = made.text()
        if old not in text:
            sys.exit(f"FAIL: the text has no {old}")
        setattr(made, "text", lambda: text.replace(old, new, 1))

    return change


def with_values(**values: object) -> Callable[[Group], None]:
    def change(made: Group) -> None:
        for name, value in values.items():
            setattr(made, name, value)

    return change


def with_volume(*args: object, **values: object) -> Callable[[Group], None]:
    def change(made: Group) -> None:
        made.volumes.append(Volume(*args, **values))  # type: ignore[arg-type]

    return change


def status(word: str) -> Callable[[Group], None]:
    return with_values(status=["READ", "WRITE", word])


def volume_status(word: str) -> Callable[[Group], None]:
    return with_volume("lv", [(20, 1)], status=["READ", word])


FIRST = 'type = "striped"'
UNKNOWN = "which is not known"
WORSE: List[Tuple[Callable[[Group], None], str]] = [
    # The label and its areas.
    (with_values(boot=[(2 << 20, 4096)]),
     "its extents overlap what it keeps for itself at 2097152"),
    (with_values(areas=[]), "its metadata are on other physical volumes"),
    (with_values(areas=[(LENGTH - 4096, 8192)], extents=1),
     f"its metadata area at {LENGTH - 4096} cannot be read"),
    # The group.
    (status("EXPORTED"), "vg0 is exported (EXPORTED)"),
    (status("PARTIAL"), "vg0 has lost a physical volume (PARTIAL)"),
    (status("CLUSTERED"), "vg0 may be in use by other machines (CLUSTERED)"),
    (status("NEW"), f"vg0 has the status NEW, {UNKNOWN}"),
    (with_values(more='lock_type = "sanlock"'),
     "vg0 may be in use by other machines (sanlock)"),
    (with_values(more="shadows {\n}\n"), f"vg0 has shadows, {UNKNOWN}"),
    (text_instead('"lvm2"', '"lvm1"'), "its volume group is not of format lvm2"),
    (text_instead("version = 1", "version = 2"),
     "its metadata are of a kind that is not known"),
    (text_instead("extent_size = 128", "extent_size = 0"),
     "its metadata do not say where its extents are"),
    (text_instead("extent_size = 128", "extent_size = 128\nextent_size = 256"),
     "its metadata do not say where its extents are"),
    # Physical volumes.
    (text_instead("Tst0iD", "Tst0iE"), "its metadata list it 0 times"),
    (text_instead('"ALLOCATABLE"]\nflags = []',
                  '"ALLOCATABLE"]\nflags = ["MISSING"]'), "pv0 is missing (MISSING)"),
    (text_instead("pe_start = 2048", "pe_start = 2056"),
     "its extents begin at 1052672, but its label says 1048576"),
    (text_instead("pe_count = 32", "pe_count = 320"),
     "it ends 17825792 bytes behind its partition"),
    # Logical volumes.
    (volume_status("PVMOVE"), "lv is in the middle of a change (PVMOVE)"),
    (volume_status("LOCKED"), "lv is in the middle of a change (LOCKED)"),
    (volume_status("MERGING"), "lv is in the middle of a change (MERGING)"),
    (volume_status("SHINY"), f"lv has the status SHINY, {UNKNOWN}"),
    (with_volume("lv", [(12, 1)]), "volume lv has extents that another has, too"),
    (with_volume("lv", [(31, 2)]), "volume lv has extents that are not there"),
    (with_volume("lv", [(31, 0)]), "volume lv has a damaged segment"),
    (with_volume("lv", others=[(1, 'type = "striped"\nstripe_count = 0\n')]),
     "volume lv has a damaged segment"),
    (with_volume("lv", [(1, 1)], physical="home"),
     "volume lv has a part on home, which is no physical volume"),
    (with_volume("lv", others=[(1, 'type = "shiny"\n')]),
     f"volume lv is of type shiny, {UNKNOWN}"),
    (with_volume("lv", others=[(1, 'type = "raid10x"\n')]),
     f"volume lv is of type raid10x, {UNKNOWN}"),
    (with_volume("lv", others=[(1, 'type = "mirror"\nmirrors = ["pv0", 9]\n')]),
     "volume lv has a part on physical volume pv0 in an unknown way"),
    (with_volume("lv", others=[(1, 'type = "error"\nmore {\n}\n')]),
     f"volume lv has more, {UNKNOWN}"),
    (text_instead("segment_count = 2", "segment_count = 1"),
     "volume root has another number of segments than it says"),
    (text_instead("segment2 {", "part2 {"), f"volume root has part2, {UNKNOWN}"),
    # The text.
    (text_instead(FIRST, "type = striped\x01"), "its metadata cannot be understood"),
    (text_instead(FIRST, 'type = "striped'), "its metadata cannot be understood"),
    (text_instead("stripes = [", "stripes = [["), "its metadata cannot be understood"),
    (text_instead("segment1 {", "segment1 {{"), "its metadata cannot be understood"),
    (text_instead("vg0 {", "a { " * 20), "its metadata cannot be understood"),
    (text_instead("vg0 {", "vg1 { }\nvg0 {"),
     "its metadata are of a kind that is not known"),
]  # fmt: skip


def check_bytes(t: Try) -> None:
    """Check what is not in the text."""
    ring = AREA[0] + 24
    t.said(group())
    t.poke(SECTOR + 40, b"x")
    t.is_kept(t.areas(), "the checksum of its label is wrong")
    t.said(group())
    t.poke(AREA[0] + HEADER, b"x")
    t.is_kept(t.areas(), "the checksum of its metadata is wrong")
    t.said(group())
    t.poke(ring, b"x")
    t.is_kept(t.areas(), "the checksum of its metadata area at 4096 is wrong")
    made = group()
    made.label = 2
    t.said(made)
    t.poke(SECTOR, t.path.read_bytes()[2 * SECTOR : 3 * SECTOR])
    t.is_kept(t.areas(), "its label belongs to another sector")
    # A text that was written, but not made valid.
    made = group()
    t.said(made)
    text = made.text().encode() + b"\0"
    later = struct.pack("<QQII", 8192, 100, 1, 0)
    t.poke(AREA[0], made.ring_header(AREA, text, more=later))
    why = "a change of its volume group was interrupted; vgck there mends it"
    t.is_kept(t.areas(), why)
    # No text; and a text that LVM is told to ignore.
    made.at = 0
    t.poke(AREA[0], made.ring_header(AREA, text))
    t.is_kept(t.areas(), "it belongs to no volume group")
    made.at = HEADER
    t.poke(AREA[0], made.ring_header(AREA, text, flags=1))
    t.is_kept(t.areas(), "its metadata are on other physical volumes")
    t.poke(AREA[0], made.ring_header(AREA, bytes(1 << 20)))
    t.is_kept(t.areas(), "its metadata are outside of their area")


def check_two_areas(t: Try) -> None:
    """Check that both areas count, unless one is to be ignored."""
    made = group()
    made.areas = [AREA, (SECOND[0] + (64 << 10), SECOND[1])]
    text = made.text().encode() + b"\0"
    older = text.replace(b"seqno = 7", b"seqno = 6")
    if len(t.said(made)) != 3:
        sys.exit(f"FAIL: {t.areas()}")
    at = made.areas[1][0]
    t.poke(at, made.ring_header(made.areas[1], older))
    t.poke(at + HEADER, older)
    t.is_kept(t.areas(), "its metadata areas differ")
    t.poke(at, made.ring_header(made.areas[1], older, flags=1))
    if len(t.areas()) != 3:
        sys.exit(f"FAIL: {t.areas()}")


def check_volumes(t: Try) -> None:
    """Check that an unusual volume does not keep the others."""
    made = group()
    made.volumes += [
        Volume("far", [(20, 1)], physical="pv1"),
        Volume("two", [(20, 1)], [(2, 'type = "error"\n')]),
        Volume("raid", others=[(3, RAID)]),
        Volume("st", others=[(2, STRIPED)]),
    ]
    made.others = 1
    free = (32 - 12) * (64 << 10)
    expected = [
        f"0 0 {LENGTH} LVM {free}",
        "0:vg0/root 0 458752 unknown 0 other volumes are made of it",
        "0:vg0/home 0 131072 unknown 0",
        "0:vg0/far 0 0 unknown 0 some of it is on another physical volume",
        "0:vg0/two 0 65536 unknown 0 it is of type error",
        "0:vg0/raid 0 0 unknown 0 it is of type raid1",
        "0:vg0/st 0 131072 unknown 0 it is of type striped",
    ]
    said = t.said(made)
    if said != expected:
        sys.exit(f"FAIL: {said}")


def check_failures(t: Try) -> None:
    """Check that read errors are not taken for unusual metadata."""
    said = t.said(group())
    for n in range(1, 1000):
        done = subprocess.run(
            [str(UNUSED), str(t.path), "fail", str(n)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode == 0:
            break
        if done.stderr != "unused: as it was told to\n":
            sys.exit(f"FAIL: {done.stderr} of read {n}")
        if said[: len(done.stdout.splitlines())] != done.stdout.splitlines():
            sys.exit(f"FAIL: {done.stdout} before read {n} failed")
    if n < 20:
        sys.exit(f"FAIL: there are only {n} reads")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="causeway-") as directory:
        t = Try(Path(directory) / "disk")
        for change, why in WORSE:
            made = group()
            change(made)
            t.is_kept(t.said(made), why)
        check_bytes(t)
        check_two_areas(t)
        check_volumes(t)
        check_failures(t)


main()
