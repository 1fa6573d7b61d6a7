# SPDX-License-Identifier: MIT
"""The examples that manual pages and docstrings show: docs/snippets/.

They are parts of programs that a test runs, so that mistakes in them are found.  A
comment that names calls begins an example, and the body of the function below is its
text.  In C, code between the comment and EXAMPLE, such as a callback, belongs to the
example, too.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Iterator, Mapping

from nbdgen.calls.model import Body, Function
from nbdgen.source import Place, Problem, SourceError

DIRECTORY = "docs/snippets"


@dataclass(frozen=True)
class Language:
    """How examples look in one language; strings are regular expressions."""

    suffix: str
    columns: int  # of a terminal or a file, less the margin
    marker: str  # the comment that begins an example
    name: str  # one name in that comment
    first: str  # the head of the function whose body is shown
    last: str  # the end of that body
    shown_before: bool  # whether code before the head is shown, too


C = Language(
    suffix=".c",
    columns=68,
    marker=r"^/\* (nbd_\w+(?:,\s+(?:\* )?nbd_\w+)*) \*/\n",
    name=r"nbd_(\w+)",
    first=r"^EXAMPLE \(\w+\)\n\{\n",
    last=r"^\}$",
    shown_before=True,
)
PYTHON = Language(
    suffix=".py",
    columns=76,
    marker=r"^# (NBD\.\w+(?:,\s+(?:# )?NBD\.\w+)*)\n",
    name=r"NBD\.(\w+)",
    first=r"^@\w+\ndef \w+\(h: nbd\.NBD\) -> None:\n",
    last=r"^(?=\S)|\Z",
    shown_before=False,
)


@dataclass
class Snippets:
    """Name of a function, without nbd_ -> its example."""

    c: dict[str, str] = field(default_factory=dict)
    python: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)


def examples(text: str, language: Language) -> Iterator[tuple[int, list[str], str]]:
    """Line, names and text of each example; the text is empty if there is none."""
    markers = list(re.finditer(language.marker, text, re.MULTILINE))
    ends = [*(marker.start() for marker in markers[1:]), len(text)]
    for marker, end in zip(markers, ends):
        line = text.count("\n", 0, marker.start()) + 1
        names = re.findall(language.name, marker[1])
        rest = text[marker.end() : end]
        yield line, names, _body(rest, language)


def _body(text: str, language: Language) -> str:
    first = re.search(language.first, text, re.MULTILINE)
    if first is None:
        return ""
    last = re.compile(language.last, re.MULTILINE).search(text, first.end())
    body = textwrap.dedent(text[first.end() : last.start() if last else None])
    before = text[: first.start()].strip() if language.shown_before else ""
    return f"{before}\n\n{body.strip()}".strip()


def load(root: Path) -> Snippets:
    """All examples, and the place of each for messages."""
    found = Snippets()
    problems: list[Problem] = []
    for language, texts in ((C, found.c), (PYTHON, found.python)):
        for path in sorted((root / DIRECTORY).glob(f"*{language.suffix}")):
            file = f"{DIRECTORY}/{path.name}"
            for line, names, text in examples(path.read_text("utf-8"), language):
                place = Place(file, line)
                problems += [Problem(place, why) for why in _wrong(text, language)]
                for name in names:
                    if name in texts:
                        why = f"a second example for nbd_{name}"
                        problems.append(Problem(place, why))
                    texts[name] = text
                    found.places[language.suffix, name] = place
    if problems:
        raise SourceError(problems)
    return found


def _wrong(text: str, language: Language) -> Iterator[str]:
    if not text:
        yield "no example follows this line"
    if '"""' in text:
        yield "an example cannot have three quotes"
    if (widest := max(map(len, text.splitlines()), default=0)) > language.columns:
        yield f"the example has {widest} columns, more than {language.columns}"


def check_snippets(
    found: Snippets,
    functions: Iterable[Function],
    records: Mapping[str, Place],
    root: Path,
) -> None:
    """Raise SourceError if a function has no example, or an example no function.

    `records` maps each function to the place of its record.  `root` is the top of the
    tree: a program that a record names as its example must be a file below it.
    """
    every = {function.name: function for function in functions}
    problems: list[Problem] = []
    for (suffix, name), place in found.places.items():
        if name not in every or (suffix == ".py" and every[name].body is Body.SPECIAL):
            what = f"nbd_{name}" if suffix == ".c" else f"NBD.{name}"
            why = f"an example for {what}, which does not exist"
            problems.append(Problem(place, why))
    for name, function in every.items():
        missing = [C] if name not in found.c else []
        if name not in found.python and function.body is not Body.SPECIAL:
            missing.append(PYTHON)
        for language in missing:
            text = f"nbd_{name}: no example in {DIRECTORY}/*{language.suffix}"
            problems.append(Problem(records[name], text))
        if function.example and not (root / function.example).is_file():
            text = f"nbd_{name}: there is no {function.example}"
            problems.append(Problem(records[name], text))
    if problems:
        raise SourceError(problems)
