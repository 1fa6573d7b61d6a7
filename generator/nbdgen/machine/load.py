# SPDX-License-Identifier: MIT
"""Read all group files and build the model, in which paths are full names.

Mistakes that prevent building the model (text that is not C, a file without GROUP, a
clause of the wrong form) are reported here; the rules find all others.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Iterable, Iterator

from nbdgen.machine.answers import FORMS, answers_of
from nbdgen.machine.inherit import FOR_EACH, inherit
from nbdgen.machine.lex import Kind, Token
from nbdgen.machine.model import (
    AFTER,
    ANSWERS,
    END_OF_STREAM,
    FIRST,
    IO_EVENTS,
    IO_KINDS,
    LOST,
    MAIN,
    NOTIFY_READ,
    NOTIFY_WRITE,
    POLLED_PHASES,
    PASSES,
    REFUSED,
    ROOT,
    SELECTORS,
    Dispatch,
    Group,
    Io,
    Item,
    Machine,
    On,
    Reference,
    State,
    Use,
    Value,
)
from nbdgen.machine.parse import (
    Argument,
    Clause,
    GroupSource,
    Head,
    StateSource,
    parse_group,
)
from nbdgen.machine.results import Outcome, Result, read_results
from nbdgen.source import Place, Problem, SourceError

_ROOT_FILE = "generator/states.c"
_DIRECTORY = "generator/states"
_PATH = re.compile(r"(\.|\^+)?([A-Z][A-Z0-9_]*(?:\.[A-Z][A-Z0-9_]*)*)")

_OF_BOTH = {"PHASE", "SPEC", "ON", LOST, AFTER}
GROUP_CLAUSES = {*_OF_BOTH, "WHEN", "REGIONS", "EVENTS", FOR_EACH}
GROUP_CLAUSES |= {*SELECTORS, *ANSWERS}
STATE_CLAUSES = {
    *_OF_BOTH,
    *("IO", "GOES_TO", "DISPATCHES", "CONSUMES", "UNLIMITED", "IDLE", "FINAL"),
}
_REPEATABLE = {"ON", AFTER, *FORMS}
_WITHOUT_ARGUMENTS = {"IDLE", "FINAL"}
_WITH_ONE_ARGUMENT = {
    *("PHASE", "SPEC", "WHEN", "ON", LOST, AFTER, "DISPATCHES", FOR_EACH),
    *("CONSUMES", "UNLIMITED"),
}
# Clauses whose argument is a string.
_QUOTED = {"SPEC": "a heading", "WHEN": "a phrase"}
# Clauses by which the machine moves without a result of the body.
_TRANSITIONS = ("ON", LOST, AFTER)


def load(root: Path) -> Machine:
    """Read all group files below `root`."""
    problems: list[Problem] = []
    sources: dict[str, GroupSource] = {}
    for file in _files(root):
        try:
            text = (root / file).read_text(encoding="utf-8")
            source = parse_group(file, text)
        except SourceError as error:
            problems += error.problems
            continue
        except OSError as error:
            text = f"cannot be read: {error.strerror}"
            problems.append(Problem(Place(file, 1), text))
            continue
        except UnicodeError:
            problems.append(Problem(Place(file, 1), "is not UTF-8"))
            continue
        problems += _check_name(file, source)
        problems += _check_clauses(source)
        sources[group_of(file)] = source
    if problems:
        raise SourceError(problems)
    groups = inherit(sources)
    for path, source in groups.items():
        if path and path.rpartition(".")[0] not in groups:
            text = f"the group has no parent, {file_of(path.rpartition('.')[0])}"
            problems.append(Problem(Place(source.file, source.head.line), text))
    if problems:
        raise SourceError(problems)
    return _Builder(groups).build()


def group_of(file: str) -> str:
    """The path of the group in a file; it follows from the file's path."""
    below = file.removeprefix(_DIRECTORY).removesuffix(".c").strip("/")
    return below.replace("/", ".").upper()


def file_of(group: str) -> str:
    """The file that holds a group."""
    if group == ROOT:
        return _ROOT_FILE
    return f"{_DIRECTORY}/{group.lower().replace('.', '/')}.c"


def title_of(comment: Token | None) -> str:
    """The first sentence of a comment, without its full stop."""
    if comment is None:
        return ""
    text = comment.text.removeprefix("/*").removesuffix("*/").removeprefix("//")
    lines = (line.strip().removeprefix("*").strip() for line in text.split("\n"))
    sentence, stop, _ = f"{' '.join(lines)} ".partition(". ")
    return " ".join(sentence.split()) if stop else ""


def _files(root: Path) -> list[str]:
    """All group files, parents before their sub-groups."""
    below = (root / _DIRECTORY).rglob("*.c") if (root / _DIRECTORY).is_dir() else ()
    found = sorted(path.relative_to(root).as_posix() for path in below)
    return [_ROOT_FILE, *found]


def _check_name(file: str, source: GroupSource) -> Iterable[Problem]:
    """The name in GROUP is the file's path."""
    name = source.head.name
    if name != group_of(file) or file != file_of(name):
        text = f"GROUP ({name}) belongs in {file_of(name)}"
        yield Problem(Place(file, source.head.line), text)


def _check_clauses(source: GroupSource) -> Iterable[Problem]:
    """Clauses are known, given once, and have the right number of arguments."""
    heads = [(source.head, "group", GROUP_CLAUSES)]
    for item in source.items:
        if isinstance(item, StateSource):
            heads.append((item.head, "state", STATE_CLAUSES))
    for head, what, known in heads:
        seen: set[str] = set()
        for clause in head.clauses:
            if text := _clause_problem(clause, what, known, seen):
                yield Problem(Place(source.file, clause.line), text)
            seen.add(clause.name)


def _clause_problem(clause: Clause, what: str, known: set[str], seen: set[str]) -> str:
    """What is wrong with the form of one clause."""
    name, count = clause.name, len(clause.arguments)
    if name not in known:
        return f"{name} is not a clause of a {what}"
    if name in seen and name not in _REPEATABLE:
        return f"{name} is given twice"
    if name in _WITHOUT_ARGUMENTS:
        return f"{name} takes no arguments" if count else ""
    if name in _WITH_ONE_ARGUMENT and count != 1:
        return f"{name} takes one argument"
    if count == 0 or not all(argument.tokens for argument in clause.arguments):
        return f"{name} lacks an argument"
    if name in FORMS and count not in FORMS[name].counts:
        return f"{name} takes {FORMS[name].words}"
    if name == REFUSED and not _is_string(clause.arguments[2]):
        return f"{name} takes a phrase in quotes"
    if name == REFUSED and count > 3 and clause.arguments[3].text not in PASSES:
        return f"{name} ends with {', '.join(PASSES)} or nothing"
    if name == "IO":
        return _io_problem(clause)
    if name == "ON" and _arrow(clause.arguments[0]) != 1:
        return "ON takes an event, ->, and a path"
    if name == AFTER and _arrow(clause.arguments[0]) < 1:
        return "AFTER takes a deadline, ->, and a path"
    if name in _QUOTED and not _is_string(clause.arguments[0]):
        return f"{name} takes {_QUOTED[name]} in quotes"
    return ""


def _is_string(argument: Argument) -> bool:
    """Whether it is one string."""
    return [token.kind for token in argument.tokens] == [Kind.STRING]


def _arrow(argument: Argument) -> int:
    """The index of the last ->, or -1; the deadline before it may have others."""
    at = [n for n, token in enumerate(argument.tokens) if token.text == "->"]
    return at[-1] if at else -1


def _io_problem(clause: Clause) -> str:
    """What is wrong with the form of an IO clause."""
    kind = clause.arguments[0].text
    if kind not in IO_KINDS:
        return f"{kind} is not a kind of IO: {', '.join(IO_KINDS)} are"
    wanted = IO_KINDS[kind].arguments
    if len(clause.arguments) - 1 != wanted:
        return f"IO ({kind}) takes {'one expression' if wanted else 'no expression'}"
    return ""


class _Builder:
    """Builds the model from the parsed files."""

    def __init__(self, sources: dict[str, GroupSource]) -> None:
        self.sources = sources
        self.state_names = {
            path: {i.head.name for i in source.items if isinstance(i, StateSource)}
            for path, source in sources.items()
        }
        self.composites = {
            path: [self._member(path, a.text) for a in clause.arguments]
            for path, source in sources.items()
            if (clause := _clause(source.head, "REGIONS"))
        }

    def build(self) -> Machine:
        """All groups: a depth-first walk keeps each region's states together."""
        groups: dict[str, Group] = {}

        def add(path: str) -> None:
            groups[path] = self._group(path)
            for below in groups[path].subgroups:
                add(below)

        add(ROOT)
        return Machine(groups)

    @staticmethod
    def _member(group: str, name: str) -> str:
        return f"{group}.{name}" if group else name

    def _parent(self, path: str) -> str | None:
        return path.rpartition(".")[0] if path else None

    def _subgroups(self, path: str) -> tuple[str, ...]:
        """Direct sub-groups: regions in their order, others by name."""
        found = sorted(p for p in self.sources if p and self._parent(p) == path)
        order = self.composites.get(path, [])
        return tuple(
            sorted(found, key=lambda p: order.index(p) if p in order else len(order))
        )

    def _region(self, path: str) -> str:
        """The region that a group is in: itself, or the nearest above it."""
        group: str | None = path
        while group:
            if group in self.composites.get(self._parent(group) or ROOT, []):
                return group
            group = self._parent(group)
        return MAIN

    def _inherited(self, path: str, name: str) -> str | None:
        """The argument of a group's clause: its own or the nearest above it."""
        group: str | None = path
        while group is not None:
            if clause := _clause(self.sources[group].head, name):
                return clause.arguments[0].text
            group = self._parent(group)
        return None

    def _group(self, path: str) -> Group:
        source = self.sources[path]
        file, head = source.file, source.head
        return Group(
            path=path,
            file=file,
            head=head,
            place=Place(file, head.line),
            title=title_of(head.comment),
            parent=self._parent(path),
            subgroups=self._subgroups(path),
            items=tuple(
                self._state(path, item) if isinstance(item, StateSource) else item
                for item in source.items
            ),
            phase=self._inherited(path, "PHASE"),
            spec=_spec(file, head),
            values=tuple(
                Value(selector, item.text, item.place)
                for selector in SELECTORS
                for item in _items(file, head, selector)
            ),
            answers=answers_of(source),
            regions=_items(file, head, "REGIONS"),
            events=_items(file, head, "EVENTS"),
            on=self._group_on(path),
            leads=tuple(self._leads(path)),
            region=self._region(path),
        )

    def _state(self, group: str, source: StateSource) -> State:
        file, head = source.file, source.head
        results = read_results(source.text, source.body)
        own_phase = _clause(head, "PHASE")
        goes_to = _clause(head, "GOES_TO")
        on = tuple(self._on(group, file, head))
        state = State(
            name=head.name,
            group=group,
            text=source.text,
            head=head,
            place=Place(file, head.line),
            body=source.body,
            results=results,
            title=title_of(head.comment),
            phase=(
                own_phase.arguments[0].text
                if own_phase
                else self._inherited(group, "PHASE")
            ),
            when=self._inherited(group, "WHEN"),
            spec=_spec(file, head),
            io=_io(file, head),
            on=on,
            goes_to=tuple(
                self._resolve(group, file, argument)
                for argument in (goes_to.arguments if goes_to else ())
            ),
            dispatches=_dispatch(file, head),
            uses=tuple(self._use(group, file, result) for result in results.found),
            idle=_clause(head, "IDLE") is not None,
            final=_clause(head, "FINAL") is not None,
            unlimited=next(iter(_items(file, head, "UNLIMITED")), None),
            region=self._region(group),
        )
        return replace(state, on=on + tuple(self._inherited_on(state)))

    def _on(self, group: str, file: str, head: Head) -> Iterator[On]:
        """The clauses ON, LOST and AFTER; their form has been checked."""
        for clause in head.clauses:
            if clause.name not in _TRANSITIONS:
                continue
            argument = clause.arguments[0]
            at = -1 if clause.name == LOST else _arrow(argument)
            before, tokens = argument.tokens[: max(at, 0)], argument.tokens[at + 1 :]
            path = Argument(
                tokens,
                "".join(token.text for token in tokens),
                tokens[0].line if tokens else clause.line,
            )
            written = argument.text.rpartition("->")[0].strip()
            yield On(
                before[0].text if clause.name == "ON" else clause.name,
                self._resolve(group, file, path),
                Place(file, clause.line),
                deadline=written if clause.name == AFTER else "",
            )

    def _group_on(self, path: str) -> tuple[On, ...]:
        """The clauses of a group that hold for all states inside it."""
        source = self.sources[path]
        found = self._on(path, source.file, source.head)
        return tuple(replace(on, group=path) for on in found)

    def _inherited_on(self, state: State) -> Iterator[On]:
        """The clauses of the groups around a state that hold for the state.

        Of clauses for one event, that of the nearest group wins.  All deadlines hold;
        only of those with the same expression the nearest wins.  Clauses of a
        composite, and of groups around it, that concern all regions do not hold for
        single states in a region: _leads finds them.
        """
        seen = {(on.event, on.deadline) for on in state.on}
        group: str | None = state.group
        within_region = True
        while group is not None and not state.final:
            within_region = within_region and group not in self.composites
            for on in self._group_on(group):
                key = (on.event, on.deadline)
                mine = within_region or not _leads_composites(on)
                if mine and key not in seen and _can_happen(state, on.event):
                    seen.add(key)
                    yield on
            group = self._parent(group)

    def _leads(self, path: str) -> Iterator[On]:
        """The clauses that lead out of a composite as a whole; the nearest wins."""
        seen: set[tuple[str, str]] = set()
        group = path if path in self.composites else None
        while group is not None:
            for on in self._group_on(group):
                key = (on.event, on.deadline)
                if _leads_composites(on) and key not in seen:
                    seen.add(key)
                    yield on
            group = self._parent(group)

    def _use(self, group: str, file: str, result: Result) -> Use:
        """A result with its path, if it has one."""
        at = {Outcome.NEXT: 0, Outcome.DISPATCH: 1}.get(result.outcome)
        if at is None or at >= len(result.arguments):
            return Use(result, None)
        return Use(result, self._resolve(group, file, result.arguments[at]))

    def _resolve(self, group: str, file: str, argument: Argument) -> Reference:
        """What a path means in this group."""
        text = "".join(token.text for token in argument.tokens)
        place = Place(file, argument.line)
        match = _PATH.fullmatch(text)
        if match is None:
            return Reference(text, place, None, "is not a path")
        prefix, rest = match.groups(default="")
        base = ROOT if prefix == "." else group
        for _ in range(prefix.count("^")):
            above = self._parent(base)
            if above is None:
                return Reference(text, place, None, "leads above the root group")
            base = above
        return self._find(Reference(text, place, None), self._member(base, rest))

    def _find(self, reference: Reference, full: str) -> Reference:
        """The state or composite with this name."""
        text, place = reference.text, reference.place
        above, _, name = full.rpartition(".")
        if name in self.state_names.get(above, ()) or full in self.composites:
            return Reference(text, place, full)
        if full in self.sources:
            problem = f"is a group: enter it by {text}.{FIRST}"
        else:
            problem = "does not exist"
        return Reference(text, place, None, problem)


def _leads_composites(on: On) -> bool:
    """Whether the event is for all regions, not for the one that polls or does IO."""
    return on.event not in (*IO_EVENTS, NOTIFY_READ, NOTIFY_WRITE)


def _can_happen(state: State, event: str) -> bool:
    """Whether this event of a group's clause can happen in a state.

    Only a state that reads finds the end of the stream.  A group's deadline does not
    hold in states with UNLIMITED, nor in phases where the handle waits for the program.
    """
    if event == END_OF_STREAM:
        return state.io is not None and IO_KINDS[state.io.kind].direction == "READ"
    if event in IO_EVENTS:
        return state.finds(event)
    if event == AFTER and (state.unlimited or state.phase not in POLLED_PHASES):
        return False
    return state.waits


def _clause(head: Head, name: str) -> Clause | None:
    """The clause of that name."""
    return next((clause for clause in head.clauses if clause.name == name), None)


def _items(file: str, head: Head, name: str) -> tuple[Item, ...]:
    """The arguments of a clause with their places."""
    clause = _clause(head, name)
    found = clause.arguments if clause else ()
    return tuple(Item(a.text, Place(file, a.line)) for a in found)


def _spec(file: str, head: Head) -> Item | None:
    """The heading without its quotes."""
    items = _items(file, head, "SPEC")
    return Item(items[0].text[1:-1], items[0].place) if items else None


def _io(file: str, head: Head) -> Io | None:
    """The IO clause."""
    clause = _clause(head, "IO")
    if clause is None:
        return None
    kind, *expressions = clause.arguments
    place = Place(file, expressions[0].line if expressions else clause.line)
    return Io(kind.text, tuple(e.text for e in expressions), place)


def _dispatch(file: str, head: Head) -> Dispatch | None:
    """The DISPATCHES clause."""
    items = _items(file, head, "DISPATCHES")
    return Dispatch(items[0].text, items[0].place) if items else None
