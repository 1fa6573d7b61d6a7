# SPDX-License-Identifier: MIT
"""A lexer for C: enough to find words, brackets and comments, and no more.

It never guesses.  Text in which words have another meaning (a comment, a string, a
preprocessor line) is a token of its own; text that could hide a bracket (a digraph,
a spliced line) is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Iterator


class Kind(Enum):
    """What a token is."""

    WORD = auto()  # identifiers and keywords
    NUMBER = auto()
    STRING = auto()
    CHARACTER = auto()
    PUNCTUATOR = auto()
    COMMENT = auto()
    DIRECTIVE = auto()  # a whole preprocessor line with its continuations


@dataclass(frozen=True)
class Token:
    """One token and where it is: text[start:end], first line counted from 1."""

    kind: Kind
    text: str
    line: int
    start: int
    end: int

    @property
    def last_line(self) -> int:
        """The line of the token's last character."""
        return self.line + self.text.count("\n")


class LexError(Exception):
    """The text is not C that we can read."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


_SPACE = re.compile(r"[ \t\r\f\v]+")
_COMMENT = re.compile(r"/\*.*?\*/|//(?:\\\n|[^\n])*", re.DOTALL)
_STRING = re.compile(r'(?:u8|[uUL])?"(?:\\.|[^"\\\n])*"', re.DOTALL)
_CHARACTER = re.compile(r"[uUL]?'(?:\\.|[^'\\\n])*'", re.DOTALL)
_NUMBER = re.compile(r"\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*")
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PUNCTUATOR = re.compile(
    r"\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|&&|\|\||##|[-+*/%&^|<>=!]=|[][(){}.,;:?~!#]"
    r"|[-+*/%&^|<>=]"
)
_DIGRAPH = re.compile(r"<%|%>|<:|:>|%:")
_SPLICE = re.compile(r"\\[ \t]*\n")

# Tried in this order: a string's prefix is not a word, and a number may start
# with a point.
_TOKENS = (
    (Kind.COMMENT, _COMMENT),
    (Kind.STRING, _STRING),
    (Kind.CHARACTER, _CHARACTER),
    (Kind.NUMBER, _NUMBER),
    (Kind.WORD, _WORD),
    (Kind.PUNCTUATOR, _PUNCTUATOR),
)


def lex(text: str, line: int = 1, *, directive: bool = False) -> Iterator[Token]:
    """Split C into tokens; inside a directive lines may be spliced."""
    at = 0
    fresh = not directive  # only white space so far on this line
    while at < len(text):
        if text[at] == "\n":
            at, line, fresh = at + 1, line + 1, not directive
            continue
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        if directive and (splice := _SPLICE.match(text, at)):
            at, line = splice.end(), line + 1
            continue
        if fresh and text[at] == "#":
            end = _directive_end(text, at)
            token = Token(Kind.DIRECTIVE, text[at:end], line, at, end)
        else:
            token = _token(text, at, line)
        # A comment may come before the "#" of a directive.
        fresh = fresh and token.kind is Kind.COMMENT
        yield token
        at, line = token.end, token.last_line


def lex_directive(token: Token) -> Iterator[Token]:
    """The tokens of a preprocessor line, as far as they are C."""
    try:
        # The text of #error and #warning need not be C.
        yield from lex(token.text[1:], token.line, directive=True)
    except LexError:
        return


def _token(text: str, at: int, line: int) -> Token:
    """The token that starts here."""
    if digraph := _DIGRAPH.match(text, at):
        raise LexError(line, f"digraph '{digraph.group()}': write the character")
    for kind, pattern in _TOKENS:
        if match := pattern.match(text, at):
            if kind is Kind.PUNCTUATOR and text.startswith("/*", at):
                raise LexError(line, "comment without an end")
            return Token(kind, match.group(), line, at, match.end())
    if text[at] in "\"'":
        raise LexError(line, "string or character without an end")
    if text[at] == "\\":
        raise LexError(line, "backslash outside a string and a preprocessor line")
    raise LexError(line, f"character {text[at]!r} is not C")


def _directive_end(text: str, at: int) -> int:
    """Where the preprocessor line that starts here ends."""
    while at < len(text) and text[at] != "\n":
        for pattern in (_COMMENT, _STRING, _CHARACTER, _SPLICE):
            if match := pattern.match(text, at):
                at = match.end()
                break
        else:
            at += 1
    return at
