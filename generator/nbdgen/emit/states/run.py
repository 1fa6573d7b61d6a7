# SPDX-License-Identifier: MIT
"""lib/machine/run.c: the bodies as functions, and the switches that call them."""

from __future__ import annotations

import re
from string import Template
from typing import Iterable, Iterator

from nbdgen.emit.states.c_names import (
    dispatch_function,
    enter_function,
    event_constant,
    io_function,
    region_constant,
    region_name,
    state_constant,
)
from nbdgen.emit.states.run_templates import (
    ALWAYS_GONE_CASE,
    BODY,
    DEADLINES,
    DISPATCH,
    EVENT,
    EVENT_COMPOSITE,
    EVENT_REGION,
    GONE,
    HEAD,
    IO_CASE,
    IO_FUNCTION,
    LEAVE,
    MAIN_RUN,
    PLAIN_CASE,
    REGION_RUN,
    RUN,
    SERVED,
    UNSERVED,
    WAITING,
)
from nbdgen.machine.model import (
    AFTER,
    DEAD,
    END_OF_STREAM,
    IO_EVENTS,
    LOST,
    MAIN,
    SELECTORS,
    Group,
    Machine,
    On,
    State,
    Use,
)
from nbdgen.machine.parse import Verbatim
from nbdgen.machine.results import Outcome, replace_results, words
from nbdgen.write import banner

_FILE = "lib/machine/run.c"
UNUSED = " __attribute__ ((unused))"


def emit_run_c(machine: Machine) -> str:
    """The whole file, except for the banner that is put before it."""
    out = _Writer()
    out.add(HEAD.substitute(enter=_enter_composites(machine)))
    for group in machine.groups.values():
        used = {s.dispatches.selector for s in group.states if s.dispatches}
        for selector in sorted(used):
            out.add(_dispatch(machine, group, selector))
    for group in machine.groups.values():
        for item in group.items:
            if isinstance(item, Verbatim):
                out.source(item.text, group.file, item.line)
            else:
                _state(out, item)
    out.add(_run_main(machine))
    for region in machine.regions[1:]:
        out.add(_run_region(machine, region))
    out.add(_run(machine))
    out.add(_event(machine))
    if machine.timed:
        out.add(_deadlines(machine))
    return out.text()


def emit_one_state(state: State) -> str:
    """What the file has for a state: its functions, its case, its events."""
    out = _Writer()
    _state(out, state)
    out.add(_cases([state], state.region))
    if taken := _taken_events(state.on):
        out.add("\n".join(taken))
    lines = out.text().split("\n")
    kept = "\n".join(line for line in lines if not line.startswith("#line"))
    return re.sub(r"\n\n+(?=\n|{)", "\n", kept).strip("\n")


class _Writer:
    """Collects text and keeps #line in step with the file as written."""

    def __init__(self) -> None:
        # write.py puts the banner and an empty line first.
        self.line = banner(_FILE, "").count("\n") + 2
        self.pieces: list[str] = []

    def add(self, text: str) -> None:
        """Generated text; ends with an empty line."""
        self._put(text.rstrip("\n") + "\n\n")

    def source(self, text: str, file: str, line: int) -> None:
        """Text from a group file."""
        self._put(f'#line {line} "{file}"\n{text}\n')
        self._put(f'#line {self.line + 1} "{_FILE}"\n\n')

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.line += text.count("\n")

    def text(self) -> str:
        """Everything."""
        return "".join(self.pieces)


def _enter_composites(machine: Machine) -> str:
    """What entering each composite does to its regions."""
    lines: list[str] = []
    for composite in machine.composites:
        lines.append(f"  case {state_constant(composite.path)}:")
        for region in composite.region_groups:
            first = state_constant(machine.groups[region].member("START"))
            lines.append(f"    NBDI_COVER (to, NBDI_NO_EVENT, {first});")
            lines.append(f"    set_state (l, s, {region_constant(region)},")
            lines.append(f"               {first});")
        lines.append("    break;")
    return "\n".join(lines)


# Bodies ------------------------------------------------------------------


def _dispatch(machine: Machine, group: Group, selector: str) -> str:
    """The function behind DISPATCH in this group."""
    lines: list[str] = []
    for sub in machine.dispatch_groups(group.path, selector):
        values = [v.value for v in sub.values if v.selector == selector]
        lines += [f"  case {value}:" for value in values]
        lines.append(f"    return NBDI_NEXT ({state_constant(sub.member('START'))});")
    # Without a path for other values they are an error.
    uses = [
        use
        for state in group.states
        if state.dispatches and state.dispatches.selector == selector
        for use in state.uses
        if use.result.outcome is Outcome.DISPATCH
    ]
    fails = any(use.to is None for use in uses)
    return DISPATCH.substitute(
        function=dispatch_function(group.path, selector),
        cases="\n".join(lines),
        otherwise=UNSERVED.substitute(what=SELECTORS[selector]) if fails else SERVED,
    )


def _state(out: _Writer, state: State) -> None:
    """The functions of one state."""
    if state.io:
        arguments = "".join(f", (size_t) ({e})" for e in state.io.arguments)
        out.add(
            IO_FUNCTION.substitute(
                path=state.path, title=state.title, function=io_function(state.path)
            )
        )
        call = f"{{ return nbdi_io_{state.io.kind.lower()} (l{arguments}); }}"
        out.source(call, state.place.file, state.io.place.line)
    used = {token.text for token in words(state.body.tokens)}
    out.add(
        BODY.substitute(
            path=state.path,
            title=state.title,
            function=enter_function(state.path),
            unused_link="" if "l" in used else UNUSED,
            unused_session="" if "s" in used else UNUSED,
        )
    )
    changes = [(use.result, _in_c(state, use)) for use in state.uses]
    body = replace_results(state.text, state.body, changes)
    out.source(body, state.place.file, state.body.line)


def _in_c(state: State, use: Use) -> str:
    """The C of a result of a body."""
    result = use.result
    to = _next(use.to.target if use.to else None)
    match result.outcome:
        case Outcome.NEXT:
            return to
        case Outcome.DISPATCH:
            assert state.dispatches
            name = dispatch_function(state.group, state.dispatches.selector)
            return f"{name} ({result.arguments[0].text}, {to})"
        case Outcome.WAIT:
            return "NBDI_WAIT"
        case Outcome.FAILED:
            return "NBDI_FAILED"
        case Outcome.GONE:
            return "NBDI_GONE" if state.target(LOST) else "NBDI_FAILED"
        case Outcome.FAIL:
            arguments = state.text[result.word.end : result.end]
            return f"(nbdi_error{arguments}, NBDI_FAILED)"


def _next(target: str | None) -> str:
    """The C of going to a target; without a target, of failing."""
    return f"NBDI_NEXT ({state_constant(target)})" if target else "NBDI_FAILED"


# Switches ----------------------------------------------------------------


def _cases(states: Iterable[State], region: str) -> str:
    """One case per state: IO or not, then the body."""
    cases: list[str] = []
    for state in states:
        waiting = WAITING.substitute(region=region_constant(region))
        name, lost = state_constant(state.path), state.target(LOST)
        gone = GONE.substitute(state=name, lost=_next(lost))
        cases.append(
            _template(state).substitute(
                state=name,
                waiting=waiting if state.returns(Outcome.WAIT) else "",
                gone=gone if lost and state.returns(Outcome.GONE) else "",
                io=io_function(state.path),
                enter=enter_function(state.path),
                at_end=_next(state.target(END_OF_STREAM)),
                lost=_next(lost),
            )
        )
    return "".join(cases).rstrip("\n")


def _template(state: State) -> Template:
    """The template for the case of a state."""
    if state.io:
        return IO_CASE
    gone = all(use.result.outcome is Outcome.GONE for use in state.uses)
    return ALWAYS_GONE_CASE if gone and state.target(LOST) else PLAIN_CASE


def _run_main(machine: Machine) -> str:
    """The function that runs the main region."""
    composites = [state_constant(group.path) for group in machine.composites]
    return MAIN_RUN.substitute(
        cases=_cases(machine.region_states(MAIN), MAIN),
        dead=state_constant(DEAD),
        composite=" || ".join(f"next == {name}" for name in composites) or "false",
    )


def _run_region(machine: Machine, region: str) -> str:
    """The functions of another region."""
    states = machine.region_states(region)
    names = {
        "name": region_name(region),
        "region": region_constant(region),
        "path": region,
    }
    leave = LEAVE.substitute(
        names,
        first=state_constant(states[0].path),
        last=state_constant(states[-1].path),
    )
    run = REGION_RUN.substitute(
        names, cases=_cases(states, region), dead=state_constant(DEAD)
    )
    return f"{leave}\n{run}"


def _run(machine: Machine) -> str:
    """nbdi_run."""
    lines: list[str] = []
    for group in machine.composites:
        calls = [f"run_{region_name(region)} (l, s)" for region in group.region_groups]
        lines.append(f"    case {state_constant(group.path)}:")
        lines.append("      moved = " + "\n        || ".join(calls) + ";")
        lines.append("      break;")
    return RUN.substitute(cases="\n".join(lines))


def _event(machine: Machine) -> str:
    """nbdi_event and the transitions by event."""
    # States that take the same events in the same way share their cases.
    states: dict[tuple[str, ...], list[str]] = {}
    for path, clauses in _led(machine):
        if taken := _taken_events(clauses):
            states.setdefault(taken, []).append(state_constant(path))
    targets: list[str] = []
    for taken, names in states.items():
        targets += [f"  case {name}:" for name in names]
        targets += ["    switch (ev) {", *taken]
        targets += ["    default:", "      return NBDI_WAIT;", "    }"]
    composites: list[str] = []
    for group in machine.composites:
        composites.append(f"  case {state_constant(group.path)}:")
        for region in group.region_groups:
            composites.append(
                EVENT_REGION.substitute(
                    region=region_constant(region), name=region_name(region)
                ).rstrip("\n")
            )
        if group.leads:
            composites.append(
                EVENT_COMPOSITE.substitute(state=state_constant(group.path)).rstrip()
            )
        composites.append("    return taken;")
    return EVENT.substitute(
        targets="\n".join(targets),
        composites="\n".join(composites),
        unused="" if machine.timed else "\n              __attribute__ ((unused))",
    )


def _led(machine: Machine) -> Iterator[tuple[str, tuple[On, ...]]]:
    """States and composites, with the clauses that lead them elsewhere."""
    yield from ((state.path, state.on) for state in machine.states.values())
    yield from ((group.path, group.leads) for group in machine.composites)


def _taken_events(clauses: tuple[On, ...]) -> tuple[str, ...]:
    """The cases of a state: events from outside, then deadlines."""
    lines: list[str] = []
    for on in clauses:
        if on.event not in (*IO_EVENTS, AFTER):
            lines.append(f"    case {event_constant(on.event)}:")
            lines.append(f"      return NBDI_NEXT ({state_constant(on.to.target)});")
    deadlines = [on for on in clauses if on.event == AFTER]
    if deadlines:
        lines.append(f"    case {event_constant(AFTER)}:")
    for on in deadlines:
        lines.append(f"      if (nbdi_passed ({on.deadline}))")
        lines.append(f"        return NBDI_NEXT ({state_constant(on.to.target)});")
    if deadlines:
        lines.append("      return NBDI_WAIT;")
    return tuple(lines)


def _deadlines(machine: Machine) -> str:
    """nbdi_next_deadline."""
    states: dict[tuple[str, ...], list[str]] = {}
    for path, clauses in _led(machine):
        if own := tuple(on.deadline for on in clauses if on.event == AFTER):
            states.setdefault(own, []).append(state_constant(path))
    cases: list[str] = []
    for deadlines, names in states.items():
        cases += [f"  case {name}:" for name in names]
        cases += [f"    next = nbdi_earlier (next, {text});" for text in deadlines]
        cases.append("    return next;")
    composites: list[str] = []
    for group in machine.composites:
        composites.append(f"  case {state_constant(group.path)}:")
        for region in ("", *group.region_groups):
            here = f"l->state[{region_constant(region)}]"
            composites.append(f"    next = deadline_of (l, s, {here}, next);")
        composites.append("    return next;")
    return DEADLINES.substitute(
        cases="\n".join(cases), composites="\n".join(composites)
    )
