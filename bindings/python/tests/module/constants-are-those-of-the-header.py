# SPDX-License-Identifier: MIT
"""The module has every constant of libnbd.h under its short name."""

import os
import re
from pathlib import Path

import nbd
import support

TOP = os.environ.get("top_srcdir") or os.environ.get("srcdir") or "."
HEADER = Path(TOP) / "include" / "libnbd.h"
DEFINE = re.compile(r'#define LIBNBD_(\w+)\s+(0x[0-9a-f]+|[0-9]+|"[^"]*")[Uu]?\s', re.I)


class Test(support.Case):
    def test(self) -> None:
        text = HEADER.read_text()
        found = {
            name: value
            for name, value in DEFINE.findall(text)
            if not name.startswith(("HAVE_", "GCC_", "ATTRIBUTE_"))
        }
        self.assertGreater(len(found), 40)
        for name, value in found.items():
            want = value[1:-1] if value[0] == '"' else int(value, 0)
            with self.subTest(constant=name):
                self.assertEqual(getattr(nbd, name), want)

    def test_versions(self) -> None:
        self.assertEqual(nbd.package_name, self.h.get_package_name())
        self.assertEqual(nbd.__version__, self.h.get_version())


if not HEADER.exists():
    support.skip(f"{HEADER} is not there")
support.main()
