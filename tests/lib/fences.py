# SPDX-License-Identifier: MIT
"""The fenced blocks of a Markdown file, for tests that do what the text
says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

BLOCK = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Fence:
    """One block: the number of its first line of text, and the words after
    ```."""

    line: int
    language: str
    words: str
    text: str


def fences(text: str) -> Iterator[Fence]:
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start(3)) + 1
        yield Fence(line, found[1], found[2] or "", found[3])
