# SPDX-License-Identifier: MIT
"""The prose of records as documentation comments in the bindings' languages."""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from typing import Iterable, assert_never

from nbdgen import doc
from nbdgen.source import Place


def wrap(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Wrap text; `first` precedes the first line, and `rest` each other one."""
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def paragraphs(
    blocks: Iterable[str], width: int, marks: tuple[str, ...] = ("- ",)
) -> list[str]:
    """Lines of paragraphs, with space between them but not in lists.

    An item of a list begins with one of the marks; code is kept as it is.
    """
    lines: list[str] = []
    for block in blocks:
        item = block.startswith(marks)
        if lines and not (item and lines[-1].startswith((*marks, "  "))):
            lines.append("")
        if block.startswith("```"):
            lines += block.split("\n")
        else:
            lines += wrap(block, width, rest="  " if item else "").split("\n")
    return lines


class Prose(ABC):
    """Renders prose; a subclass for each language renders the parts."""

    def __init__(self, names: doc.Names, place: Place = Place("record", 1)) -> None:
        self.names = names
        self.place = place

    @abstractmethod
    def word(self, part: doc.Inline) -> str:
        """A part of a line."""

    @abstractmethod
    def paragraph(self, text: str) -> str:
        """A paragraph of rendered text."""

    @abstractmethod
    def code(self, text: str) -> str:
        """Lines that are kept as they are."""

    @abstractmethod
    def item(self, text: str) -> str:
        """One item of a list, of rendered text."""

    def plain(self, line: doc.Line) -> str:
        """A line of the tree."""
        return "".join(map(self.word, line))

    def line(self, text: str) -> str:
        """A text without paragraphs."""
        return self.plain(doc.parse_line(text, self.names, self.place))

    def blocks(self, text: str) -> list[str]:
        """The paragraphs of a text, code and items of lists among them."""
        found: list[str] = []
        for block in doc.parse(text, self.names, self.place):
            match block:
                case doc.Para(line):
                    found.append(self.paragraph(self.plain(line)))
                case doc.Code(code):
                    found.append(self.code(code))
                case doc.Item((), line):
                    found.append(self.item(self.plain(line)))
                case doc.Item(term, line):
                    text = f"{self.plain(term)}: {self.plain(line)}"
                    found.append(self.item(text))
                case doc.Heading() | doc.Include():
                    pass  # only the overview has them
                case _:
                    assert_never(block)
        return found
