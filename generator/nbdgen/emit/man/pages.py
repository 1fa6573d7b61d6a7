# SPDX-License-Identifier: MIT
"""docs/*.3: all pages of section 3, and docs/pages.mk, which lists them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterable, Mapping, Sequence

from api.constants import ENVIRONMENT

from nbdgen.calls import kinds
from nbdgen.calls.model import Function, Group
from nbdgen.doc import Names
from nbdgen.emit.c.cdecl import arg_params, callback_params, closure_type
from nbdgen.emit.man.overview import emit_overview
from nbdgen.emit.man.page import PageWriter, constant_name
from nbdgen.machine.model import Machine
from nbdgen.source import Place, Problem, SourceError


def names_of(
    functions: Iterable[Function],
    groups: Iterable[Group],
    constants: Iterable[kinds.Constant],
    callbacks: Iterable[kinds.Callback],
) -> Names:
    """Everything that prose may refer to."""
    known = {f"LIBNBD_{constant.name}" for constant in constants}
    for group in groups:
        known |= {constant_name(group, member) for member in group.members}
        if isinstance(group, kinds.FlagGroup):
            known.add(f"LIBNBD_{group.name}_MASK")
    every = list(functions)
    known |= {f"LIBNBD_HAVE_NBD_{f.name.upper()}" for f in every}
    known |= {f"LIBNBD_{word}" for word in ENVIRONMENT}
    return Names(
        functions=frozenset(f.name for f in every),
        constants=frozenset(known),
        types=frozenset({"nbd_handle", "nbd_extent"})
        | {closure_type(callback) for callback in callbacks},
    )


def family(function: Function, known: Mapping[str, Function]) -> list[str]:
    """The other forms of a call: blocking or asynchronous, setter or getter."""
    names = [function.aio, function.sync]
    for mine, other in (("set_", "get_"), ("get_", "set_")):
        if function.name.startswith(mine):
            names.append(other + function.name.removeprefix(mine))
    return [name for name in names if name in known]


def arg_names(function: Function) -> set[str]:
    """The names that may stand between asterisks in this function's text."""
    found: set[str] = set()
    for arg in [*function.args, *function.opt]:
        found |= {arg.name, *(param.name for param in arg_params(arg))}
        if isinstance(arg, kinds.Closure | kinds.OClosure):
            for text in callback_params(arg.callback):
                found.add(text.split()[-1].lstrip("*"))
            found |= {"callback", "free"}
    return found


def places_of(root: Path, functions: Iterable[Function]) -> dict[str, Place]:
    """Where each function's record is: the line with nothing but its name."""
    lines: dict[str, Place] = {}
    for file in sorted((root / "generator/api").glob("*.py")):
        for number, row in enumerate(file.read_text("utf-8").splitlines(), 1):
            if match := re.fullmatch(r'\s+"(\w+)",', row):
                lines.setdefault(match[1], Place(f"generator/api/{file.name}", number))
    places: dict[str, Place] = {}
    for function in functions:
        record = re.sub(r"^(aio_)?(set_|get_|opt_|connect_)?", "", function.name)
        whole = function.name.removeprefix("aio_")
        for name in (function.name, whole, record):
            if name in lines:
                places.setdefault(function.name, lines[name])
    return places


def function_pages(
    functions: Sequence[Function],
    names: Names,
    snippets: Mapping[str, str],
    places: Mapping[str, Place],
) -> dict[str, str]:
    """Path below the top -> text, of every page but the overview."""
    known = {function.name: function for function in functions}
    pages: dict[str, str] = {}
    problems: list[Problem] = []
    for function in functions:
        related = family(function, known)
        args = arg_names(function).union(*(arg_names(known[n]) for n in related))
        place = places.get(function.name, Place(f"nbd_{function.name}", 1))
        snippet = snippets.get(function.name, "")
        writer = PageWriter(function, related, names.with_args(args), snippet, place)
        try:
            pages[f"docs/nbd_{function.name}.3"] = writer.page()
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    return pages


def texts(root: Path, pattern: str) -> dict[str, str]:
    """Path below `root` -> text, of all files that match."""
    return {
        str(path.relative_to(root)): path.read_text("utf-8")
        for path in sorted(root.glob(pattern))
    }


def emit_pages(
    root: Path,
    functions: Sequence[Function],
    groups: Sequence[Group],
    constants: Sequence[kinds.Constant],
    callbacks: Sequence[kinds.Callback],
    machine: Machine,
    snippets: Mapping[str, str],
) -> dict[str, str]:
    """Path below the top -> text, of every page.

    The overview's prose and programs are read below `root`; `snippets` are the examples
    of the functions.
    """
    names = names_of(functions, groups, constants, callbacks)
    programs = texts(root, "docs/overview/*.c")
    prose = texts(root, "docs/overview/*.txt")
    places = places_of(root, functions)
    pages = function_pages(functions, names, snippets, places)
    pages["docs/libnbd.3"] = emit_overview(functions, machine, names, prose, programs)
    return pages


def emit_pages_mk(functions: Iterable[Function]) -> str:
    """docs/pages.mk: the generated pages as an automake variable."""
    pages = ["docs/libnbd.3", *(f"docs/nbd_{f.name}.3" for f in functions)]
    return (
        "generated_pages = \\\n" + " \\\n".join(f"\t{p}" for p in sorted(pages)) + "\n"
    )
