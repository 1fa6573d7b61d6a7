# SPDX-License-Identifier: MIT
"""Text and prose trees as roff for the man macros."""

from __future__ import annotations

import re
import textwrap
from typing import Iterable, assert_never

from nbdgen.doc import (
    ArgName,
    Block,
    Code,
    ConstantName,
    FunctionName,
    Heading,
    Include,
    Item,
    Line,
    Literal,
    Page,
    Para,
    Text,
)
from nbdgen.source import Problem, SourceError

# Characters that have a meaning in roff, or that it prints as other characters.
SPECIAL = str.maketrans({"\\": "\\e", "^": "\\(ha", "~": "\\(ti", "`": "\\(ga"})
TYPED = str.maketrans({"-": "\\-", "'": "\\(aq", '"': "\\(dq"})


def escape(text: str) -> str:
    """Escape prose."""
    return text.translate(SPECIAL)


def typed(text: str) -> str:
    """Escape text that a reader may copy to a terminal or a program."""
    return text.translate(SPECIAL).translate(TYPED)


def bold(text: str) -> str:
    """Text that is typed as it stands: bold, and never hyphenated."""
    return f"\\fB\\%{typed(text)}\\fR"


def italic(text: str) -> str:
    return f"\\fI{typed(text)}\\fR"


def page(name: str, section: str = "3") -> str:
    return f"{bold(name)}({section})"


def _guard(line: str) -> str:
    """Protect a line of text that begins with a control character."""
    return "\\&" + line if line[:1] in (".", "'") else line


def _inline(line: Line, own: str) -> str:
    words: list[str] = []
    for part in line:
        match part:
            case Text(text):
                words.append(escape(text))
            case ArgName(name):
                words.append(italic(name))
            case FunctionName(name):
                # A page does not refer to itself.
                full = f"nbd_{name}"
                words.append(bold(full) if name == own else page(full))
            case ConstantName(name):
                words.append(bold(name))
            case Literal(text):
                words.append(bold(text))
            case Page(name, section):
                words.append(page(name, section))
            case _:
                assert_never(part)
    return "".join(words)


def _whole(match: re.Match[str]) -> str:
    """Mark a word that is never hyphenated once, at its beginning."""
    return "\\%" + match[0].replace("\\%", "")


def fill(text: str) -> str:
    """Escaped prose as input lines, a new one for each sentence."""
    lines: list[str] = []
    text = re.sub(r"\S*\\%\S*|\bE[A-Z]{3,}\b", _whole, text)
    for sentence in re.split(r"(?<=[A-Za-z0-9)][.?]) +(?=[A-Z\\])", text):
        lines += textwrap.wrap(
            sentence, 78, break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(map(_guard, lines))


def line(parts: Line, own: str = "") -> str:
    return fill(_inline(parts, own))


def code(text: str) -> str:
    """Text that keeps its lines."""
    lines = [_guard(typed(row.rstrip())) for row in text.splitlines()]
    return "\n".join([".RS 4", ".EX", *lines, ".EE", ".RE"])


def bullet(text: str) -> str:
    return f'.IP "\\(bu" 2\n{text}'


def tagged(term: str, text: str) -> str:
    return f".TP 8\n{term}\n{text}"


def block(part: Block, own: str = "") -> str:
    """One block; the overview's emitter replaces its includes first."""
    match part:
        case Para(parts):
            return f".PP\n{line(parts, own)}"
        case Code(text):
            return f".PP\n{code(text)}"
        case Item((), parts):
            return bullet(line(parts, own))
        case Item(term, parts):
            return tagged(_inline(term, own), line(parts, own))
        case Heading(1, text):
            return f'.SH "{escape(text.upper())}"'
        case Heading(_, text):
            return f'.SS "{escape(text)}"'
        case Include(what, _, place):
            raise SourceError([Problem(place, f"@{what} cannot be used here")])
        case _:
            assert_never(part)


def finish(parts: Iterable[str]) -> str:
    """Join the parts; remove .PP right after a heading, where it has no effect."""
    text = "\n".join(parts) + "\n"
    return re.sub(r"(?m)^(\.S[HS] .*)\n\.PP$", r"\1", text)
