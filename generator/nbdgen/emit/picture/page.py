# SPDX-License-Identifier: MIT
"""docs/machine.html: the machine to explore, and to watch a log walk through it.

The page is one file, without anything from elsewhere: its policy forbids the
browser to load or run what is not in it.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from string import Template

from nbdgen.emit.picture.boxes import picture
from nbdgen.emit.picture.facts import facts
from nbdgen.emit.picture.style import PARTS, part, style
from nbdgen.emit.picture.svg import inline
from nbdgen.emit.picture.tested import Tests, unknown_states
from nbdgen.machine.model import Machine
from nbdgen.source import Place, Problem, SourceError

# In this order, since each uses what is above it.
SCRIPTS = ("model", "log", "view", "details", "search", "tokens", "player", "main")
EXAMPLE = "example.log.txt"


def emit_page(root: Path, machine: Machine) -> str:
    """The whole page."""
    sheet = style("colours.css", "picture.css", "page.css")
    script = "'use strict';\n" + "".join(part(f"{name}.js") for name in SCRIPTS)
    known = json.dumps(facts(machine, Tests(root)), ensure_ascii=False)
    return Template(part("machine.html")).substitute(
        style=sheet,
        style_hash=_hash(sheet),
        script=script,
        script_hash=_hash(script),
        svg=inline(picture(machine, folded=False)),
        # Nothing in a string may end the element that it is in.
        machine=known.replace("<", "\\u003c"),
        example=_example(root, machine),
    )


def _hash(text: str) -> str:
    """By which a browser knows what it may run."""
    return b64encode(sha256(text.encode()).digest()).decode()


def _example(root: Path, machine: Machine) -> str:
    """The log that is shown as an example; it has to be one of this machine."""
    text = part(EXAMPLE)
    file = (PARTS / EXAMPLE).relative_to(root).as_posix()
    problems = [
        Problem(Place(file, line), "the machine has no such state")
        for line in unknown_states(machine, text)
    ]
    if problems:
        raise SourceError(problems)
    return text.replace("<", "")
