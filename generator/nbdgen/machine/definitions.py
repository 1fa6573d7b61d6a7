# SPDX-License-Identifier: MIT
"""Which names a piece of C defines: functions, objects and macros."""

from __future__ import annotations

from typing import Iterator, Sequence

from nbdgen.machine.lex import Kind, Token, lex_directive
from nbdgen.machine.parse import matching


def definitions(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """(name, line) of everything defined at the outermost level."""
    declaration: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind is Kind.DIRECTIVE:
            yield from _macro(token)
        elif token.text == "{" and _ends_parameters(declaration):
            yield from _function(declaration)
            declaration = []
            at = matching(tokens, at)
        elif token.text in ("(", "[", "{"):
            end = matching(tokens, at)
            declaration += tokens[at : end + 1]
            at = end
        elif token.text == ";":
            yield from _object(declaration)
            declaration = []
        else:
            declaration.append(token)
        at += 1


def _macro(token: Token) -> Iterator[tuple[str, int]]:
    """#define NAME"""
    words = list(lex_directive(token))
    if len(words) > 1 and words[0].text == "define":
        yield words[1].text, words[1].line


def _ends_parameters(declaration: Sequence[Token]) -> bool:
    """Whether a brace after this begins a function's body."""
    return bool(declaration) and declaration[-1].text == ")"


def _outer(declaration: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside all brackets, opening brackets included."""
    at = 0
    while at < len(declaration):
        yield at, declaration[at]
        if declaration[at].text in ("(", "[", "{"):
            at = matching(declaration, at)
        at += 1


def _function(declaration: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """The word before the parameters; attributes have parentheses, too."""
    for at, token in _outer(declaration):
        name = declaration[at - 1]
        if at == 0 or token.text != "(" or name.kind is not Kind.WORD:
            continue
        if not name.text.startswith("__"):
            yield name.text, name.line
            return


def _object(declaration: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """The name of a static object; types and prototypes define no name."""
    if not declaration or declaration[0].text != "static":
        return
    last: Token | None = None
    for _, token in _outer(declaration):
        if token.text == "=":
            break
        if token.text == "(":
            return
        if token.kind is Kind.WORD:
            last = token
    if last is not None:
        yield last.text, last.line
