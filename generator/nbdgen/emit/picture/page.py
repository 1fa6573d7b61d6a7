# SPDX-License-Identifier: MIT
"""docs/machine.html: the machine to explore, and to play a log in.

The page is one file.  Its Content-Security-Policy forbids the browser to load or run
anything that is not in the file.
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

# In this order, because each script uses those before it.
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
        # No string may end the element that the data is in.
        machine=known.replace("<", "\\u003c"),
        example=_example(root, machine),
    )


def _hash(text: str) -> str:
    """The hash by which the policy permits a style sheet or a script."""
    return b64encode(sha256(text.encode()).digest()).decode()


def _example(root: Path, machine: Machine) -> str:
    """The example of a log; each state in it has to exist in the machine."""
    text = part(EXAMPLE)
    file = (PARTS / EXAMPLE).relative_to(root).as_posix()
    problems = [
        Problem(Place(file, line), "the machine has no such state")
        for line in unknown_states(machine, text)
    ]
    if problems:
        raise SourceError(problems)
    return text.replace("<", "")
