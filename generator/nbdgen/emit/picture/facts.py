# SPDX-License-Identifier: MIT
"""All that the page shows about states and groups, as data for its script."""

from __future__ import annotations

from typing import Mapping, Sequence

from nbdgen.emit.picture.steps import event_text
from nbdgen.emit.picture.tested import Tests
from nbdgen.emit.states.outline import group_clauses, mark
from nbdgen.emit.states.run import emit_one_state
from nbdgen.machine.lex import Token
from nbdgen.machine.load import title_of
from nbdgen.machine.model import DEAD, LOST, Group, Machine, On, State
from nbdgen.machine.parse import Verbatim
from nbdgen.machine.results import Outcome

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


def facts(machine: Machine, tests: Tests) -> Json:
    """The data of all states and groups, and of the protocol's obligations."""
    return {
        "states": [_state(machine, tests, s) for s in machine.states.values()],
        "groups": [_group(tests, group) for group in machine.groups.values()],
        "obligations": [
            {
                "number": one.number,
                "text": one.text,
                "strict": one.strict,
                "heading": one.heading,
                "tests": one.tests,
            }
            for one in tests.obligations
        ],
        "everywhere": tests.everywhere,
    }


def _state(machine: Machine, tests: Tests, state: State) -> Json:
    return {
        "path": state.path,
        "name": state.name,
        "group": state.group,
        "title": state.title,
        "text": _further_text(state.head.comment),
        "place": str(state.place),
        "code": _source(state),
        "generated": emit_one_state(state),
        "phase": state.phase,
        "when": state.when.strip('"') if state.when else None,
        "spec": state.spec.text.strip('"') if state.spec else None,
        "region": state.region,
        "mark": mark(state),
        "idle": state.idle,
        "final": state.final,
        "ways": [*_ways(machine, state)],
        "uncovered": tests.uncovered(state.path),
    }


def _group(tests: Tests, group: Group) -> Json:
    return {
        "path": group.path,
        "name": group.name,
        "parent": group.parent,
        "title": group.title,
        "text": _further_text(group.head.comment),
        "file": group.file,
        "spec": group.spec.text.strip('"') if group.spec else None,
        "values": [value.value for value in group.values],
        "regions": group.region_groups,
        "clauses": group_clauses(group),
        "code": [
            {"line": item.line, "text": item.text.strip("\n")}
            for item in group.items
            if isinstance(item, Verbatim) and item.tokens
        ],
        "transcripts": tests.transcripts(group),
        "tests": tests.named(group),
    }


def _way(to: str, event: str, inherited: str | None = None, deadline: str = "") -> Json:
    return {"to": to, "event": event, "inherited": inherited, "deadline": deadline}


def _on(on: On) -> Json:
    return _way(on.to.target, event_text(on), on.group, on.deadline)


def _ways(machine: Machine, state: State) -> list[Json]:
    """The state's own ways, those of the groups around it, and failing."""
    ways = [_on(on) for on in state.own_on]
    ways += [_way(reference.target, "") for reference in state.goes_to]
    if state.dispatches:
        choice = f"by {state.dispatches.selector.lower()}"
        ways += [_way(to, choice) for to in machine.dispatch_targets(state)]
    lost = state.target(LOST)
    if lost and state.returns(Outcome.GONE):
        ways.append(_way(lost, "the connection is lost"))
    ways += [_on(on) for on in state.on if on.group is not None]
    ways += [_on(on) for on in machine.leads_above(state)]
    if state.can_fail:
        ways.append(_way(DEAD, "failing", ""))
    return list({str(way): way for way in ways}.values())


def _source(state: State) -> str:
    """A state as it is written: comment, clauses and body."""
    comment = state.head.comment
    start = (
        comment.start if comment else state.text.rfind("STATE (", 0, state.body.start)
    )
    return state.text[start : state.body.end]


def _further_text(comment: Token | None) -> str:
    """The text of a comment after the title."""
    if comment is None:
        return ""
    text = comment.text.removeprefix("/*").removesuffix("*/")
    lines = (line.strip().removeprefix("*").strip() for line in text.split("\n"))
    return (
        " ".join(" ".join(lines).split()).removeprefix(f"{title_of(comment)}.").strip()
    )
