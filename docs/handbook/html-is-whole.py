#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The HTML of the handbook is well-formed, needs no network, and its links work.

Each page links to all others.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

PAGES = Path("docs/handbook")
SOURCES = Path(__file__).resolve().parent
EMPTY = {"meta", "link", "br", "hr", "img"}


class Page(HTMLParser):
    """The links and anchors of a page, and what is wrong with its tags."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: set[str] = set()
        self.names: set[str] = set()
        self.loaded: set[str] = set()
        self.wrong: list[str] = []
        self.feed(path.read_text())
        self.wrong += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.names.add(value or "")
            elif name == "src" or (tag == "link" and name == "href"):
                self.loaded.add(value or "")
            elif name == "href":
                self.links.add(value or "")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{self.getpos()[0]}: </{tag}> closes nothing")


def check(name: str, pages: dict[str, Page]) -> list[str]:
    page = pages[name]
    wrong = list(page.wrong)
    if page.loaded != {"style.css"}:
        wrong.append(f"loads {page.loaded}")
    for link in page.links:
        file, _, anchor = link.partition("#")
        if file.startswith("manual/") and (PAGES / file).exists():
            continue
        if file and file not in pages:
            wrong.append(f"a link to {link}")
        elif anchor and anchor not in pages[file or name].names:
            wrong.append(f"nothing has the name of {link}")
    for other in pages:
        if other not in page.links:
            wrong.append(f"no link to {other}")
    return [f"{name}: {text}" for text in wrong]


def main() -> int:
    expected = {f"{path.stem}.html" for path in SOURCES.glob("*.md")}
    pages = {path.name: Page(path) for path in PAGES.glob("*.html")}
    if not pages:
        print("SKIP: no HTML was made, as cmark-gfm was not found")
        return 77
    wrong = [f"there is no {name}" for name in expected - set(pages)]
    for name in pages:
        wrong += check(name, pages)
    print("\n".join(wrong), end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
