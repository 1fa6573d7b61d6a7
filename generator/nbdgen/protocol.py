# SPDX-License-Identifier: MIT
"""The constants of the library's headers: other names in descriptions are errors."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from nbdgen.write import GENERATED

_DEFINE = re.compile(r"^#define (NBDI?_[A-Z0-9_]+)\b", re.MULTILINE)
_NAME = re.compile(r"\b[A-Za-z_]\w*\b")
# A length, once its names are replaced by numbers.
_ARITHMETIC = re.compile(r"[0-9+*() -]+")


@cache
def constants(root: Path) -> frozenset[str]:
    """The NBD_ and NBDI_ macros in headers of lib/ that are written by hand."""
    texts = (path.read_text("utf-8") for path in sorted((root / "lib").rglob("*.h")))
    return frozenset(
        name
        for text in texts
        if GENERATED not in text
        for name in _DEFINE.findall(text)
    )


def names_in(expression: str) -> list[str]:
    """The names in a C expression."""
    return _NAME.findall(expression)


def is_number(expression: str) -> bool:
    """Whether it is a sum or product of constants and decimal numbers."""
    text = _NAME.sub("1", expression)
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return bool(_ARITHMETIC.fullmatch(text))
