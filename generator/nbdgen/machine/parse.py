# SPDX-License-Identifier: MIT
"""Take a group file apart: GROUP, STATEs with clauses and bodies, other C."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from nbdgen.machine.lex import Kind, LexError, Token, lex
from nbdgen.source import Place, Problem, SourceError


@dataclass(frozen=True)
class Argument:
    """One argument of a clause or a result: tokens without comments."""

    tokens: tuple[Token, ...]
    text: str  # as written
    line: int


@dataclass(frozen=True)
class Clause:
    """NAME or NAME (argument, ...) above a body."""

    name: str
    arguments: tuple[Argument, ...]
    line: int


@dataclass(frozen=True)
class Head:
    """What GROUP and STATE have in common."""

    name: str  # of a group: its dotted path, "" is the root
    line: int
    comment: Token | None  # the one right before it
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Body:
    """The braces of a state and what is between them."""

    tokens: tuple[Token, ...]  # between the braces, without comments
    start: int  # of the opening brace in the file's text
    end: int  # after the closing brace
    line: int
    last_line: int


@dataclass(frozen=True)
class StateSource:
    """STATE with its body."""

    file: str  # where it is written
    text: str  # of that file
    head: Head
    body: Body


@dataclass(frozen=True)
class Verbatim:
    """C between the constructs, which is copied as it is."""

    text: str
    line: int
    tokens: tuple[Token, ...]  # without comments


@dataclass(frozen=True)
class GroupSource:
    """One group file."""

    file: str
    head: Head
    items: tuple[StateSource | Verbatim, ...]
    lent: tuple[tuple[str, Clause], ...] = ()  # a pattern's, each with its file


class _Stop(Exception):
    """The rest of the file cannot be understood."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


_CLOSING = {"(": ")", "[": "]", "{": "}"}


def matching(tokens: Sequence[Token], at: int) -> int:
    """The index of the bracket that closes the one at `at`, or -1."""
    stack: list[str] = []
    for index in range(at, len(tokens)):
        token = tokens[index]
        if token.kind is not Kind.PUNCTUATOR:
            continue
        if token.text in _CLOSING:
            stack.append(_CLOSING[token.text])
        elif token.text in ")]}":
            if token.text != stack.pop():
                return -1
            if not stack:
                return index
    return -1


def arguments(text: str, tokens: Sequence[Token]) -> tuple[Argument, ...]:
    """Split what is between two parentheses at its outer commas."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind is Kind.COMMENT:
            continue
        if token.kind is Kind.PUNCTUATOR:
            depth += (token.text in "([{") - (token.text in ")]}")
            if token.text == "," and depth == 0:
                parts.append([])
                continue
        parts[-1].append(token)
    if parts == [[]]:
        return ()
    return tuple(
        Argument(
            tuple(part),
            text[part[0].start : part[-1].end] if part else "",
            part[0].line if part else tokens[0].line,
        )
        for part in parts
    )


class _Parser:
    """Reads the tokens of one file from first to last."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.at = 0
        try:
            self.tokens = list(lex(text))
        except LexError as error:
            raise _Stop(error.line, str(error)) from error

    def parse(self) -> GroupSource:
        """The whole file."""
        group: Head | None = None
        items: list[StateSource | Verbatim] = []
        begin = 0  # the first token that belongs to no construct yet
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind is not Kind.WORD or token.text not in ("GROUP", "STATE"):
                self._skip_outer()
                continue
            comment = self._comment_before(begin)
            items += self._verbatim(begin, self.at - (comment is not None))
            if token.text == "GROUP":
                if group is not None:
                    raise _Stop(token.line, "a file has one GROUP")
                group = self._head(comment)
            elif group is None:
                raise _Stop(token.line, "GROUP comes before the first STATE")
            else:
                head, body = self._head(comment), self._body()
                items.append(StateSource(self.file, self.text, head, body))
            begin = self.at
        items += self._verbatim(begin, self.at)
        if group is None:
            raise _Stop(1, "no GROUP in this file")
        return GroupSource(self.file, group, tuple(items))

    def _skip_outer(self) -> None:
        """Pass a token outside GROUP and STATE, or a pair of brackets."""
        token = self.tokens[self.at]
        if token.kind is Kind.PUNCTUATOR and token.text in "([{)]}":
            self.at = self._close(self.at)
        self.at += 1

    def _close(self, at: int) -> int:
        """The index of the bracket that matches the one at `at`."""
        token = self.tokens[at]
        end = matching(self.tokens, at) if token.text in _CLOSING else -1
        if end == -1:
            raise _Stop(token.line, f"'{token.text}' without its match")
        return end

    def _comment_before(self, begin: int) -> Token | None:
        """The comment that ends on the line above, if it has its own lines."""
        if self.at == begin:
            return None
        comment = self.tokens[self.at - 1]
        if comment.kind is not Kind.COMMENT:
            return None
        if comment.last_line != self.tokens[self.at].line - 1:
            return None
        line_start = self.text.rfind("\n", 0, comment.start) + 1
        if self.text[line_start : comment.start].strip():
            return None
        return comment

    def _verbatim(self, begin: int, end: int) -> list[Verbatim]:
        """The C to be copied; comments alone are not copied."""
        found = self.tokens[begin:end]
        tokens = tuple(token for token in found if token.kind is not Kind.COMMENT)
        if not tokens:
            return []
        text = self.text[found[0].start : found[-1].end]
        return [Verbatim(text, found[0].line, tokens)]

    def _next(self) -> Token | None:
        """The next token that is no comment."""
        at = self.at
        while at < len(self.tokens) and self.tokens[at].kind is Kind.COMMENT:
            at += 1
        return self.tokens[at] if at < len(self.tokens) else None

    def _parentheses(self) -> tuple[Argument, ...] | None:
        """( arguments ) if they come next."""
        token = self._next()
        if token is None or token.text != "(":
            return None
        start = self.tokens.index(token, self.at)
        end = self._close(start)
        self.at = end + 1
        return arguments(self.text, self.tokens[start + 1 : end])

    def _head(self, comment: Token | None) -> Head:
        """GROUP (name) or STATE (name) and the clauses."""
        keyword = self.tokens[self.at]
        self.at += 1
        found = self._parentheses()
        if found is None or len(found) > 1:
            raise _Stop(keyword.line, f"{keyword.text} takes a name in parentheses")
        name = "".join(token.text for token in found[0].tokens) if found else ""
        clauses: list[Clause] = []
        while (clause := self._clause()) is not None:
            clauses.append(clause)
        return Head(name, keyword.line, comment, tuple(clauses))

    def _clause(self) -> Clause | None:
        """The next clause: a word in capitals."""
        token = self._next()
        if token is None or token.kind is not Kind.WORD:
            return None
        if token.text != token.text.upper() or token.text in ("GROUP", "STATE"):
            return None
        self.at = self.tokens.index(token, self.at) + 1
        return Clause(token.text, self._parentheses() or (), token.line)

    def _body(self) -> Body:
        """{ ... }"""
        token = self._next()
        if token is None or token.text != "{":
            line = token.line if token else self.tokens[-1].line
            raise _Stop(line, "expected a clause or the '{' of the state's body")
        start = self.tokens.index(token, self.at)
        end = self._close(start)
        self.at = end + 1
        inner = self.tokens[start + 1 : end]
        return Body(
            tuple(token for token in inner if token.kind is not Kind.COMMENT),
            token.start,
            self.tokens[end].end,
            token.line,
            self.tokens[end].line,
        )


def parse_group(file: str, text: str) -> GroupSource:
    """Parse one group file; raises SourceError where that is impossible."""
    try:
        return _Parser(file, text).parse()
    except _Stop as stop:
        problem = Problem(Place(file, stop.line), str(stop))
        raise SourceError([problem]) from stop
