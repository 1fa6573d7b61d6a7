# SPDX-License-Identifier: MIT
"""What a state's body returns: NEXT, DISPATCH, WAIT, FAIL, FAILED or GONE."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Iterable, Iterator, Sequence

from nbdgen.machine.lex import Kind, Token
from nbdgen.machine.parse import Argument, Body, arguments, matching


class Outcome(Enum):
    """The words that a body may return."""

    NEXT = "NEXT"  # (path)
    DISPATCH = "DISPATCH"  # (value) or (value, path for other values)
    WAIT = "WAIT"
    FAIL = "FAIL"  # (errno, format, ...)
    FAILED = "FAILED"
    GONE = "GONE"  # where LOST leads


WORDS = {outcome.value: outcome for outcome in Outcome}
_HOW_MANY = {
    Outcome.NEXT: (1, 1, "one path"),
    Outcome.DISPATCH: (1, 2, "a value, and a path for other values"),
    Outcome.FAIL: (2, 1000, "an errno and a format"),
}


@dataclass(frozen=True)
class Result:
    """One result in a body, and where its text is."""

    outcome: Outcome
    arguments: tuple[Argument, ...]
    line: int
    word: Token
    end: int  # of the whole result in the file's text


@dataclass(frozen=True)
class Results:
    """All results of a body, and (line, text) of what is wrong there."""

    found: tuple[Result, ...]
    wrong: tuple[tuple[int, str], ...]


class _Reader:
    """Finds the results among the tokens of a body."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.found: list[Result] = []
        self.wrong: list[tuple[int, str]] = []

    def read(self) -> Results:
        """Go through the body once."""
        at = 0
        returns = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if token.kind is Kind.WORD and token.text == "return":
                returns += 1
                end = self._statement_end(at)
                self._expression(at + 1, end, token.line)
                at = end
            elif is_result_word(token):
                self._error(token.line, f"{token.text} outside a return statement")
            at += 1
        return Results(tuple(self.found), tuple(self.wrong))

    def _error(self, line: int, text: str) -> None:
        self.wrong.append((line, text))

    def _statement_end(self, at: int) -> int:
        """The index of the semicolon that ends this statement."""
        while at < len(self.tokens) and self.tokens[at].text != ";":
            if self.tokens[at].text in ("(", "[", "{"):
                at = max(at, matching(self.tokens, at))
            at += 1
        return at

    def _expression(self, begin: int, end: int, line: int) -> None:
        """RESULT, or CONDITION ? RESULT : RESULT."""
        at = self._outer(begin, end, "?")
        if at == -1:
            self._result(begin, end, line)
            return
        for token in self.tokens[begin:at]:
            if is_result_word(token):
                self._error(token.line, f"{token.text} in a condition")
        colon = self._colon(at + 1, end)
        if colon == -1:
            self._error(line, "'?' without ':'")
            return
        self._expression(at + 1, colon, line)
        self._expression(colon + 1, end, line)

    def _outer(self, begin: int, end: int, text: str) -> int:
        """The first such token outside all brackets, or -1."""
        at = begin
        while at < end:
            if self.tokens[at].text == text:
                return at
            if self.tokens[at].text in ("(", "[", "{"):
                at = matching(self.tokens, at)
            at += 1
        return -1

    def _colon(self, begin: int, end: int) -> int:
        """The ':' of a conditional whose '?' is right before `begin`."""
        depth = 1
        at = begin
        while at < end:
            token = self.tokens[at]
            if token.text in ("(", "[", "{"):
                at = matching(self.tokens, at)
            elif token.text in ("?", ":"):
                depth += 1 if token.text == "?" else -1
                if depth == 0:
                    return at
            at += 1
        return -1

    def _result(self, begin: int, end: int, line: int) -> None:
        """One result, from `begin` up to `end`."""
        if begin >= end or not is_result_word(self.tokens[begin]):
            names = "NEXT, DISPATCH, WAIT, FAIL, FAILED or GONE"
            self._error(line, f"a state returns {names}")
            return
        word = self.tokens[begin]
        outcome = WORDS[word.text]
        given: tuple[Argument, ...] = ()
        last = begin
        if outcome in _HOW_MANY:
            least, most, what = _HOW_MANY[outcome]
            if begin + 1 < end and self.tokens[begin + 1].text == "(":
                last = matching(self.tokens, begin + 1)
                given = arguments(self.text, self.tokens[begin + 2 : last])
            if not least <= len(given) <= most:
                self._error(word.line, f"{word.text} takes {what}")
                return
        if last + 1 != end:
            extra = self.tokens[last + 1]
            self._error(extra.line, f"'{extra.text}' after {word.text}")
            return
        stop = self.tokens[last].end
        self.found.append(Result(outcome, given, word.line, word, stop))


def is_result_word(token: Token) -> bool:
    """Whether the token is one of the words that only bodies may return."""
    return token.kind is Kind.WORD and token.text in WORDS


def read_results(text: str, body: Body) -> Results:
    """All results of a body; a body without any is wrong."""
    results = _Reader(text, body.tokens).read()
    if results.found or results.wrong:
        return results
    return Results((), ((body.line, "the body returns nothing"),))


def replace_results(
    text: str, body: Body, changes: Iterable[tuple[Result, str]]
) -> str:
    """The body with its results replaced; the number of lines stays."""
    pieces: list[str] = []
    at = body.start
    for result, new in sorted(changes, key=lambda change: change[0].word.start):
        old = text[result.word.start : result.end]
        pieces += [text[at : result.word.start], new]
        pieces.append("\n" * (old.count("\n") - new.count("\n")))
        at = result.end
    pieces.append(text[at : body.end])
    return "".join(pieces)


def words(tokens: Sequence[Token]) -> Iterator[Token]:
    """The identifiers among some tokens."""
    return (token for token in tokens if token.kind is Kind.WORD)
