#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""From images that are accepted, qemu opens no file outside of their directory.

The images are random: descriptors of vmdk, made of words with a meaning, and
headers of qcow2, qed and qcow with changed bytes.  SEED and RUNS in the
environment choose them.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict

PROBE = Path.cwd() / "convert/tests/probe/probe"
SECRET = "secret"  # outside, by this name
WORDS = ["RW", "RDONLY", "NOACCESS", "2048", "FLAT", "SPARSE", "ZERO", "VMFS"]
WORDS += ["VMFSSPARSE", "SESPARSE", '"x"', f'"../{SECRET}"', '"', "x", "0", "="]
WORDS += [" ", " ", "\n", "\n", "\t", "\r", "\0", "\v", "#", "CID=1", f"../{SECRET}"]
WORDS += ['parentFileNameHint="', "parentFileNameHint"]
KINDS = ["monolithicFlat", "vmfs", "twoGbMaxExtentSparse", "vmfsSparse"]


def descriptor(rng: random.Random) -> bytes:
    text = "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n"
    text += f'createType="{rng.choice(KINDS)}"\n'
    for _ in range(rng.randint(1, 4)):
        if rng.random() < 0.4:
            text += rng.choice(['RW 2048 FLAT "x" 0\n', "RW 2048 ZERO\n"])
            continue
        for _ in range(rng.randint(1, 9)):
            text += rng.choice(WORDS) + rng.choice(["", " ", " ", "\n"])
    return text.encode()


def template(format: str, directory: Path) -> bytes:
    """Make an image that says its backing file and the format of that."""
    image = directory / "template"
    command = ["qemu-img", "create", "-q", "-u", "-f", format, "-F", "raw"]
    subprocess.run([*command, "-b", f"../{SECRET}", image, "1M"], check=True)
    data = image.read_bytes()
    image.unlink()
    return data


def mutant(rng: random.Random, data: bytes) -> bytes:
    image = bytearray(data)
    head = min(len(image), 300)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        at = rng.randrange(head)
        image[at] = rng.choice((0, 0, 1, 4, 255, image[at] ^ 1 << rng.randrange(8)))
    return bytes(image)


def opens_secret(format: str, image: Path) -> bool:
    command = ["strace", "-f", "-qq", "-e", "trace=open,openat"]
    command += ["qemu-io", "-r", "-f", format, "-c", "read 0 512", str(image)]
    result = subprocess.run(command, capture_output=True, check=False)
    return f"{SECRET}".encode() in result.stderr


def try_image(format: str, image: Path) -> str:
    """Tell whether the image is refused, accepted, or taken for a raw one."""
    result = subprocess.run([PROBE, image], capture_output=True, check=False)
    if result.returncode == 1:
        return "refused"
    if result.returncode != 0:
        sys.exit(f"FAIL: the probe ends with {result.returncode}")
    found = result.stdout.split()[0].decode()
    if found == "raw":
        return "raw"
    if found != format:
        sys.exit(f"FAIL: {format} becomes {found}")
    if opens_secret(format, image):
        sys.exit(f"FAIL: qemu opens the secret: {image.read_bytes()[:2000]!r}")
    return "accepted"


def run(directory: Path, runs: int, seed: int) -> Dict[str, int]:
    home = directory / "home"
    home.mkdir()
    (home / "x").write_bytes(bytes(1 << 20))
    (directory / SECRET).write_bytes(bytes(1 << 20))
    formats = ("qcow2", "qcow", "qed")
    templates = {format: template(format, home) for format in formats}
    results = {"accepted": 0, "raw": 0, "refused": 0}
    for i in range(runs):
        rng = random.Random(f"{seed} {i}")
        format = rng.choice(("vmdk", *formats))
        data = descriptor(rng) if format == "vmdk" else mutant(rng, templates[format])
        (home / "image").write_bytes(data)
        results[try_image(format, home / "image")] += 1
    (home / "image").write_bytes(templates["qcow2"])
    if not opens_secret("qcow2", home / "image"):
        sys.exit("FAIL: qemu does not even open what an image says")
    return results


def main() -> None:
    for program in ("strace", "qemu-io", "qemu-img"):
        if shutil.which(program) is None:
            print(f"SKIP: {program} is not installed")
            sys.exit(77)
    trial = subprocess.run(["strace", "true"], capture_output=True, check=False)
    if trial.returncode != 0:
        print("SKIP: strace cannot trace here")
        sys.exit(77)
    runs = int(os.environ.get("RUNS", "5000" if "CHECK_LONG" in os.environ else "300"))
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as tmp:
        results = run(Path(tmp), runs, seed)
    print(results)
    if runs >= 300 and not (results["accepted"] and results["refused"]):
        sys.exit("FAIL: these images prove nothing")


if __name__ == "__main__":
    main()
