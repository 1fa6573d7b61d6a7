# SPDX-License-Identifier: MIT
"""The markup of prose in records and in docs/overview/, as a small tree.

Inline:  *count* an argument, `pread` the function nbd_pread, LIBNBD_... a
constant, ``literal`` anything else that is typed as it stands, libc(7) a
manual page.  A bare nbd_ word must be a type of the header.

Blocks are separated by blank lines:  a paragraph; lines indented by four, kept
as they are; items "- text" and "- term :: text", continued on the next lines.
Only the overview uses "= Section", "== Subsection", "@include argument" and
"# comment".

Where languages need different words, a choice names the languages of each part:

    Its *error* {c: points to 0 | ocaml: refers to 0 | else: is 0} then.

Here c means the manual pages, and else every language without a part of its own.
Without else, such a language gets nothing.  A part may be for several languages:
{go, rust: x}.

Every name is looked up, and an unknown one is an error, so that a typing mistake
does not get into a manual page.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, replace
from typing import Iterable, Iterator, Union

from nbdgen.source import Place, Problem, SourceError


# The tree -------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class ArgName:
    name: str


@dataclass(frozen=True)
class FunctionName:
    name: str  # without nbd_


@dataclass(frozen=True)
class ConstantName:
    name: str  # with LIBNBD_


@dataclass(frozen=True)
class Literal:
    text: str


@dataclass(frozen=True)
class Page:
    name: str
    section: str


Inline = Union[Text, ArgName, FunctionName, ConstantName, Literal, Page]
Line = tuple[Inline, ...]


@dataclass(frozen=True)
class Para:
    line: Line


@dataclass(frozen=True)
class Code:
    text: str


@dataclass(frozen=True)
class Item:
    """A list item; without a term it has a bullet."""

    term: Line
    line: Line


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Include:
    """@WHAT ARGUMENT: text that the emitter puts in this place."""

    what: str
    argument: str
    place: Place


Block = Union[Para, Code, Item, Heading, Include]


@dataclass(frozen=True)
class Names:
    """The names that prose may use."""

    functions: frozenset[str]  # without nbd_
    constants: frozenset[str]  # with LIBNBD_
    types: frozenset[str]  # nbd_handle, nbd_extent, nbd_chunk_callback
    args: frozenset[str] = frozenset()
    language: str = "c"  # one of LANGUAGES

    def with_args(self, args: Iterable[str]) -> Names:
        """The same names, inside one function's page."""
        return replace(self, args=frozenset(args))

    def speaking(self, language: str) -> Names:
        """The same names, in text for this language."""
        return replace(self, language=language)


# Languages ------------------------------------------------------------------

LANGUAGES = ("c", "python", "ocaml", "go", "rust", "node")
_FOR = rf"(?:{'|'.join((*LANGUAGES, 'else'))})"
_CHOICE = re.compile(rf"(\s*)\{{(?={_FOR}\b[^{{}}]*:)([^{{}}]*)\}}")
_PART = re.compile(rf"({_FOR}(?:, {_FOR})*):\s*(.*)", re.DOTALL)


def in_language(text: str, language: str, place: Place) -> str:
    """The text without the parts for other languages."""

    def choose(match: re.Match[str]) -> str:
        parts: dict[str, str] = {}
        for part in re.split(r"\s+\|\s+", match[2]):
            marked = _PART.fullmatch(part.strip())
            if marked is None:
                problem = Problem(place, f"{{{match[2]}}} names no language")
                raise SourceError([problem])
            parts.update(dict.fromkeys(marked[1].split(", "), marked[2]))
        found = parts.get(language, parts.get("else", ""))
        return match[1] + found if found else ""

    return _CHOICE.sub(choose, text)


# Inline ---------------------------------------------------------------------

TOKEN = re.compile(
    r"``(?P<literal>[^`]+)``"
    r"|`(?P<function>[^`]*)`"
    r"|\*(?P<arg>[A-Za-z_]\w*)\*"
    r"|\b(?P<constant>LIBNBD_\w+)"
    r"|\b(?P<ctype>nbd_\w+)"
    r"|\b(?P<page>[\w.+-]*\w)\((?P<section>[1-8])\)"
    r"|(?P<stray>`)"
)


def _token(match: re.Match[str], names: Names) -> Inline | str:
    """One reference, or what is wrong with it."""
    found = match.group
    if found("literal"):
        return Literal(found("literal"))
    if found("function") is not None:
        name = found("function")
        if name not in names.functions:
            return f"`{name}` is not a function (nbd_ is left out; ``x`` is literal)"
        return FunctionName(name)
    if found("arg"):
        if found("arg") not in names.args:
            return f"*{found('arg')}* is not an argument here"
        return ArgName(found("arg"))
    if found("constant"):
        if found("constant") not in names.constants:
            return f"{found('constant')} is not a constant"
        return ConstantName(found("constant"))
    if found("ctype"):
        if found("ctype") not in names.types:
            return f"{found('ctype')} is not a type (functions are written `pread`)"
        return Literal(found("ctype"))
    if found("page"):
        return Page(found("page"), found("section"))
    return "a backquote without its match"


def parse_line(text: str, names: Names, place: Place) -> Line:
    """Parse text without block structure: a phrase, a summary, a paragraph."""
    text = " ".join(in_language(text, names.language, place).split())
    line: list[Inline] = []
    wrong: list[Problem] = []
    at = 0
    for match in TOKEN.finditer(text):
        if match.start() > at:
            line.append(Text(text[at : match.start()]))
        at = match.end()
        token = _token(match, names)
        if isinstance(token, str):
            wrong.append(Problem(place, token))
        else:
            line.append(token)
    if wrong:
        raise SourceError(wrong)
    if at < len(text):
        line.append(Text(text[at:]))
    return tuple(line)


# Blocks ---------------------------------------------------------------------


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """The runs of lines between blank lines, each with its line number.

    Code may hold blank lines: neighbouring runs of code are joined.
    """
    runs: list[tuple[int, list[str]]] = []
    fresh = True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("# "):
            fresh = True
            continue
        if not fresh:
            runs[-1][1].append(line.rstrip())
        elif line.startswith("    ") and runs and _is_code(runs[-1][1]):
            gap = number - runs[-1][0] - len(runs[-1][1])
            runs[-1][1].extend([""] * gap + [line.rstrip()])
        else:
            runs.append((number, [line.rstrip()]))
        fresh = False
    yield from runs


def _is_code(lines: list[str]) -> bool:
    return all(not line or line.startswith("    ") for line in lines)


def _items(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The items of one list with their offsets; continuations are joined."""
    start, held = 0, ""
    for offset, line in enumerate(lines):
        if line.startswith("- "):
            if held:
                yield start, held
            start, held = offset, line[2:]
        else:
            held += " " + line.strip()
    yield start, held


def parse(text: str, names: Names, place: Place) -> list[Block]:
    """Parse the text of a record, or a whole file if the line of `place` is 0."""
    tree: list[Block] = []
    wrong: list[Problem] = []

    def at(number: int) -> Place:
        return place if place.line else Place(place.file, number)

    def line(source: str, number: int) -> Line:
        try:
            return parse_line(source, names, at(number))
        except SourceError as error:
            wrong.extend(error.problems)
            return ()

    text = in_language(text, names.language, place)
    for number, lines in _blocks(inspect.cleandoc(text) if place.line else text):
        first = lines[0]
        if _is_code(lines):
            tree.append(Code("\n".join(row[4:] for row in lines)))
        elif first.startswith("- "):
            for offset, item in _items(lines):
                term, mark, rest = item.partition(" :: ")
                tree.append(
                    Item(line(term, number + offset), line(rest, number + offset))
                    if mark
                    else Item((), line(item, number + offset))
                )
        elif heading := re.fullmatch(r"(=+) (.+)", first):
            tree.append(Heading(len(heading[1]), heading[2]))
        elif include := re.fullmatch(r"@(\w+) ?(.*)", first):
            tree.append(Include(include[1], include[2], at(number)))
        else:
            tree.append(Para(line(" ".join(lines), number)))
    if wrong:
        raise SourceError(wrong)
    return tree


# Plain text -----------------------------------------------------------------


def plain_line(line: Line, prefix: str = "nbd_", constant: str = "LIBNBD_") -> str:
    """The line as plain text, with the prefixes that a language gives to names."""
    words: list[str] = []
    for part in line:
        match part:
            case Text(text) | Literal(text):
                words.append(text)
            case ArgName(name):
                words.append(name)
            case FunctionName(name):
                words.append(prefix + name)
            case ConstantName(name):
                words.append(constant + name.removeprefix("LIBNBD_"))
            case Page(name, section):
                words.append(f"{name}({section})")
    return "".join(words)
