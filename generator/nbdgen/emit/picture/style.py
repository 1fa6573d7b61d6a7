# SPDX-License-Identifier: MIT
"""The style sheets of the picture and of the page around it."""

from __future__ import annotations

import re
from pathlib import Path

PARTS = Path(__file__).with_name("page")
_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_DARK = re.compile(r':root\[data-theme="dark"\] (\{.*?\n\})', re.DOTALL)
_AS_SYSTEM = r"""\g<0>
@media (prefers-color-scheme: dark) {
:root:not([data-theme="light"]) \1
}"""


def part(name: str) -> str:
    """A hand-written part of the page."""
    return (PARTS / name).read_text(encoding="utf-8")


def style(*names: str) -> str:
    """Some style sheets; the dark rules hold for the system's dark scheme, too."""
    text = "".join(part(name) for name in names)
    return _DARK.sub(_AS_SYSTEM, _COMMENT.sub("", text))
