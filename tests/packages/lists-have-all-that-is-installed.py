#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each file that is installed is in one package for Debian and in one for Fedora,
and the versions agree.

Building packages finds a file that is in none, but takes long.  So this test
compares the lists with what the Makefile says about programs, pages and
headers.
"""

from __future__ import annotations

import fnmatch
import functools
import os
import re
import subprocess
import unittest
from pathlib import Path

import makefile

TOP = Path(os.environ.get("srcdir", ".")).resolve()
DEBIAN = TOP / "packaging/debian"
SPEC = (TOP / "packaging/rpm/libnbd.spec").read_text()
CONFIGURE = (TOP / "configure.ac").read_text()

PLACES = {
    "/usr/bin": "$(bin_PROGRAMS) $(bin_SCRIPTS)",
    "/usr/include": "$(include_HEADERS)",
    "/usr/share/bash-completion/completions": "$(bin_PROGRAMS) $(bin_SCRIPTS)",
    "/usr/share/man": "$(dist_man_MANS) $(man_MANS)",
}
# Files that a Makefile has only if the tools to make them are there.
BINDINGS = {"nbdsh", "nbdsh.1", "nbdfuse", "nbdfuse.1"}
MACROS = {
    "%{_bindir}": "/usr/bin",
    "%{_includedir}": "/usr/include",
    "%{_mandir}": "/usr/share/man",
    "%{bash_completions_dir}": "/usr/share/bash-completion/completions",
}


@functools.cache
def installed() -> list[str]:
    """Where "make install" puts programs, libraries, pages and headers."""
    files = []
    for place, names in zip(PLACES, makefile.values(*PLACES.values())):
        for name in (os.path.basename(file) for file in names.split()):
            section = f"/man{name[-1]}" if place.endswith("man") else ""
            files.append(f"{place}{section}/{name}")
    return files


def debian_lists() -> dict[str, list[str]]:
    return {
        path.stem: [
            f"/{line}"
            for line in path.read_text().splitlines()
            if not line.startswith("#")
        ]
        for path in DEBIAN.glob("*.install")
    }


def rpm_lists() -> dict[str, list[str]]:
    sections = re.split(r"^%(files[^\n]*|changelog)\n", SPEC, flags=re.M)[1:]
    lists: dict[str, list[str]] = {}
    for name, text in zip(sections[::2], sections[1::2]):
        for macro, path in MACROS.items():
            text = text.replace(macro, path)
        lists[name] = [line for line in text.split() if line.startswith("/")]
    return lists


def configured(pattern: str) -> str:
    found = re.search(pattern, CONFIGURE)
    assert found, pattern
    return found[1]


INTERFACE = configured(r"API_VERSION\], \[(.*)\]")
OURS = configured(r"AC_INIT\(\[causeway\], \[(.*)\]")


class Lists(unittest.TestCase):
    def has_each_once(self, lists: dict[str, list[str]]) -> None:
        files = installed()
        self.assertGreater(len(files), 150)
        for file in files:
            owners = [
                name
                for name, patterns in lists.items()
                if any(fnmatch.fnmatchcase(file, pattern) for pattern in patterns)
            ]
            self.assertEqual(len(owners), 1, f"{file} is in {owners}")
        # There is no pattern for a file that was renamed or removed.
        for name, patterns in lists.items():
            for pattern in patterns:
                if not pattern.startswith(tuple(PLACES)):
                    continue
                if os.path.basename(pattern).rstrip("*") in BINDINGS:
                    continue
                self.assertTrue(fnmatch.filter(files, pattern), f"{name}: {pattern}")

    def test_debian(self) -> None:
        self.has_each_once(debian_lists())

    def test_rpm(self) -> None:
        self.has_each_once(rpm_lists())

    def test_debian_packages_are_described(self) -> None:
        control = (DEBIAN / "control").read_text()
        names = re.findall(r"^Package: (.*)", control, flags=re.M)
        self.assertEqual(set(debian_lists()), set(names))


class Pages(unittest.TestCase):
    def test_pages_are_whole(self) -> None:
        """Pages include the parts that they share, instead of referring to
        them."""
        pages = list(Path(".").glob("*/nbd*.1"))
        self.assertGreater(len(pages), 4)
        for page in pages:
            self.assertNotRegex(page.read_text(), r"(?m)^\.so .*\.man$", str(page))


class Versions(unittest.TestCase):
    def test_debian(self) -> None:
        first = (DEBIAN / "changelog").read_text().split("\n", 1)[0]
        self.assertRegex(
            first, rf"causeway \({re.escape(INTERFACE)}\+causeway{re.escape(OURS)}-"
        )

    def test_rpm(self) -> None:
        self.assertIn(f"%global interface {INTERFACE}\n", SPEC)
        self.assertIn(f"%global causeway {OURS}\n", SPEC)

    def test_calls_of_our_own(self) -> None:
        """Packages that use our additions depend on a version that has them."""
        map_file = TOP / "lib/libnbd.syms"
        nodes = re.findall(r"^CAUSEWAY_([\d.]+) ", map_file.read_text(), flags=re.M)
        newest = max(nodes, key=lambda node: [int(n) for n in node.split(".")])
        self.assertIn(f"%global additions {newest}\n", SPEC)
        symbols = subprocess.run(
            [DEBIAN / "symbols", map_file],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        self.assertIn(" nbd_create@LIBNBD_1.0 1.0.0\n", symbols)
        for node in nodes:
            self.assertRegex(symbols, rf"\n nbd_\w+@CAUSEWAY_{node} {node} 1\n")
        for name in re.findall(r"^ +(nbd_\w+);", map_file.read_text(), flags=re.M):
            self.assertEqual(symbols.count(f" {name}@"), 1, name)


if __name__ == "__main__":
    unittest.main()
