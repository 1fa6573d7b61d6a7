# SPDX-License-Identifier: MIT
"""docs/libnbd.3: the overview, hand-written prose with generated lists in it.

The prose is docs/overview/*.txt in the order of the names, in the markup of
doc.py.  `@functions`, `@states`, `@groups` and `@program PATH` are replaced.
"""

from __future__ import annotations

import re
import textwrap
from typing import Iterator, Mapping, Sequence, assert_never

from nbdgen import doc
from nbdgen.calls.model import Function
from nbdgen.doc import Block, Code, Heading, Include, Item, Literal, Names, Para
from nbdgen.emit.man import roff
from nbdgen.emit.man.page import title
from nbdgen.machine.model import IO_KINDS, NOTIFY_READ, NOTIFY_WRITE, Machine, State
from nbdgen.source import Place, Problem, SourceError

CODE_WIDTH = 68  # columns of a terminal, less the indentation


# Generated parts --------------------------------------------------------------


def functions_part(functions: Sequence[Function], names: Names) -> Iterator[str]:
    """Every function with its summary, by section, in the records' order."""
    sections: dict[str, list[Function]] = {}
    for function in functions:
        sections.setdefault(function.section, []).append(function)
    for section, members in sections.items():
        yield f'.SS "{roff.escape(section)}"'
        for function in members:
            summary = doc.parse_line(
                function.summary, names, Place(f"nbd_{function.name}", 1)
            )
            yield ".TP 8"
            yield roff.page(f"nbd_{function.name}")
            yield roff.fill(roff.escape(doc.plain_line(summary)))


def waits_for(state: State) -> str:
    """What a state waits for on the socket: "r", "w", both or nothing."""
    events = {on.event for on in state.on}
    direction = IO_KINDS[state.io.kind].direction if state.io else ""
    reads = direction == "READ" or NOTIFY_READ in events
    writes = direction == "WRITE" or NOTIFY_WRITE in events
    return ", ".join(["r"] * reads + ["w"] * writes)


def states_part(machine: Machine) -> Iterator[str]:
    """Every state, by group."""
    for group in machine.groups.values():
        if not group.states:
            continue
        yield f'.SS "{group.path or "The root"}"'
        for state in group.states:
            waits = waits_for(state)
            yield roff.tagged(
                roff.bold(state.name) + (f" ({waits})" if waits else ""),
                roff.fill(roff.escape(state.title)),
            )


def groups_part(machine: Machine) -> Iterator[str]:
    """The tree of groups; `=` marks regions, which are active together."""
    groups = machine.groups.values()
    labels: list[str] = []
    for group in groups:
        mark = "= " if group.path in machine.regions and group.path else ""
        labels.append("  " * group.path.count(".") + mark + group.name)
    column = max(map(len, labels)) + 2
    rows: list[str] = []
    for group, label in zip(groups, labels):
        text = re.split("[.:;] ", group.title, maxsplit=1)[0].rstrip(".")
        if group.path:
            rows += textwrap.wrap(
                text,
                CODE_WIDTH,
                initial_indent=label.ljust(column),
                subsequent_indent=" " * column,
            )
    yield roff.block(Code("\n".join(rows)))


# The page ---------------------------------------------------------------------


def _literals(tree: Sequence[Block]) -> Iterator[str]:
    for block in tree:
        match block:
            case Para(line):
                parts = line
            case Item(term, line):
                parts = (*term, *line)
            case Code() | Heading() | Include():
                parts = ()
            case _:
                assert_never(block)
        yield from (part.text for part in parts if isinstance(part, Literal))


def _check_states(tree: Sequence[Block], machine: Machine, place: Place) -> None:
    """Paths of states in the prose are paths of the machine."""
    known = {*machine.groups, *machine.states}
    problems = [
        Problem(place, f"there is no state or group {text}")
        for text in _literals(tree)
        if re.fullmatch(r"[A-Z_]+(\.[A-Z_]+)+", text) and text not in known
    ]
    if problems:
        raise SourceError(problems)


def emit_overview(
    functions: Sequence[Function],
    machine: Machine,
    names: Names,
    prose: Mapping[str, str],
    programs: Mapping[str, str],
) -> str:
    """The text of libnbd.3.

    `prose` and `programs` map paths below the top to the texts of files.
    """
    rows = [
        title("libnbd"),
        ".SH NAME",
        "libnbd \\- network block devices for programs",
    ]
    problems: list[Problem] = []

    def include(what: Include) -> Iterator[str]:
        match what.what:
            case "functions":
                yield from functions_part(functions, names)
            case "states":
                yield from states_part(machine)
            case "groups":
                yield from groups_part(machine)
            case "program" if what.argument in programs:
                lines = programs[what.argument].splitlines()
                text = "\n".join(row for row in lines if "SPDX-License" not in row)
                yield roff.block(Code(text))
            case _:
                text = f"@{what.what} {what.argument}".strip()
                problems.append(Problem(what.place, f"nothing to include: {text}"))

    for path in sorted(prose):
        try:
            tree = doc.parse(prose[path], names, Place(path, 0))
            _check_states(tree, machine, Place(path, 1))
        except SourceError as error:
            problems.extend(error.problems)
            continue
        for block in tree:
            if isinstance(block, Include):
                rows += include(block)
            else:
                rows.append(roff.block(block))
    if problems:
        raise SourceError(problems)
    return roff.finish(rows)
