# SPDX-License-Identifier: MIT
"""The machine as a Promela model, for spin to search.

States, regions, waiting and events are those of run.c.  A body may have any of its
results at any time, which is how hostile servers are modelled.  Of the actions of
bodies, the model has only those on commands: FIND, ANSWER, TAKE_BACK and the like,
found by the names of the functions.  Deadlines may pass at any time, but those after
which the machine goes on pass only a few times; and when the server has gone, every
cycle ends because nothing more is received.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from nbdgen.emit.states.c_names import ordered_paths, region_name
from nbdgen.emit.states.promela_templates import MODEL
from nbdgen.machine.lex import Token
from nbdgen.machine.model import (
    AFTER,
    DEAD,
    END_OF_STREAM,
    FIRST,
    IO_EVENTS,
    IO_KINDS,
    LOST,
    MAIN,
    NOTIFY_READ,
    NOTIFY_WRITE,
    POLLED_PHASES,
    Machine,
    On,
    State,
)
from nbdgen.machine.results import Outcome

COMMANDS = 2  # that the program issues; more only repeat what these show
PAUSES = 2  # deadlines that pass and do not end the machine
ROUNDS = 1  # of a cycle of states once the server is gone
# Events of which the library sends one when the program issues a command.
ISSUING = ("QUEUED", "FLUSH")

# Functions by what their call does to commands.
_EFFECTS = {
    "nbdi_find_command": "FIND",
    "nbdi_answer_command": "ANSWER",
    "nbdi_end_link": "END",
    "nbdi_send_queue": "SEND_SOME",
    "nbdi_take_commands_back": "TAKE_BACK",
    "nbdi_drop_connection": "current = NONE",
}

# In the loop of a machine with deadlines.
_DEADLINES = """\
    :: TIMED -> event_AFTER ()
"""


def emit_promela(machine: Machine) -> str:
    """The whole model."""
    regions = machine.regions
    return MODEL.substitute(
        commands=COMMANDS,
        pauses=PAUSES,
        rounds=ROUNDS,
        **_of_commands(),
        states="\n".join(
            f"#define {_state(path)} {number}"
            for number, path in enumerate(ordered_paths(machine))
        ),
        variables="\n".join(_variables(machine, region) for region in regions),
        reads=_any(machine, NOTIFY_READ, "READ"),
        writes=_any(machine, NOTIFY_WRITE, "WRITE"),
        quiet=_quiet(machine),
        polled=_either(
            f"at_MAIN == {_state(path)}" for path in _in_phases(machine, POLLED_PHASES)
        ),
        final=_either(
            f"at_MAIN == {_state(s.path)}"
            for s in machine.region_states(MAIN)
            if s.final
        ),
        retry="; ".join(f"tried_{region_name(r)} = false" for r in regions),
        issuing=_issuing(machine),
        timed=_timed(machine, own=False),
        timers=_timed(machine, own=True),
        deadlines=_DEADLINES if machine.timed else "",
        events="\n".join(_event(machine, event) for event in _told(machine)),
        program="\n".join(_program(machine)),
        steps="\n".join(_step(machine, state) for state in machine.states.values()),
        first=_state(FIRST),
    )


def _of_commands() -> dict[str, str]:
    """The pieces of the model that have a part for each command."""
    numbers = range(COMMANDS)
    find = (f"\t:: command[{n}] == SENT -> current = {n} \\" for n in numbers)
    sends = ("; ".join(f"SEND_ONE ({k})" for k in range(n + 1)) for n in numbers)
    return {
        "find": "\n".join(find),
        "end": "; ".join(f"END_ONE ({n})" for n in numbers),
        "back": "; ".join(f"BACK_ONE ({n})" for n in numbers),
        "send": "\n".join(f"\t:: true -> {send} \\" for send in sends),
        "settled": " && ".join(f"ended[{n}] == (issued > {n})" for n in numbers),
    }


def _state(path: str) -> str:
    """The name of a state in the model."""
    return f"S_{path.replace('.', '_')}"


def _either(conditions: Iterator[str]) -> str:
    """The conditions joined by "or"."""
    return " || ".join(conditions) or "false"


def _variables(machine: Machine, region: str) -> str:
    """The variables of a region: its state, and why it waits."""
    name = region_name(region)
    first = FIRST if region == MAIN else machine.groups[region].member(FIRST)
    return (
        f"byte at_{name} = {_state(first)};\n"
        f"bool parked_{name};\t/* the body said WAIT */\n"
        f"bool tried_{name};\t/* input or output has to wait */"
    )


def _in_phases(machine: Machine, phases: Sequence[str]) -> Iterator[str]:
    """States and composites of the main region that are in these phases."""
    for state in machine.region_states(MAIN):
        if state.phase in phases:
            yield state.path
    for group in machine.composites:
        if group.phase in phases:
            yield group.path


def _active(machine: Machine, region: str) -> str:
    """When a region is active."""
    if region == MAIN:
        composites = (f"at_MAIN != {_state(g.path)}" for g in machine.composites)
        return " && ".join(composites) or "true"
    return f"at_MAIN == {_state(machine.groups[region].parent or '')}"


def _any(machine: Machine, event: str, direction: str) -> str:
    """When any active state waits for this direction."""
    found: list[str] = []
    for state in machine.states.values():
        name = region_name(state.region)
        here = f"({_active(machine, state.region)}) && at_{name}"
        here += f" == {_state(state.path)}"
        if any(on.event == event for on in state.on):
            found.append(f"({here})")
        elif state.io and IO_KINDS[state.io.kind].direction == direction:
            found.append(f"({here} && !parked_{name})")
    return _either(iter(found)).replace(" || ", " \\\n\t|| ")


def _quiet(machine: Machine) -> str:
    """When all active regions wait."""
    parts = [
        f"(!({_active(machine, region)}) || parked_{name} || tried_{name})"
        for region in machine.regions
        for name in [region_name(region)]
    ]
    return " && ".join(parts)


def _issuing(machine: Machine) -> str:
    """When the program can issue commands."""
    groups = [
        machine.groups[state.region].parent or ""
        for state in machine.states.values()
        if state.region != MAIN and any(on.event in ISSUING for on in state.on)
    ]
    return _either(f"at_MAIN == {_state(path)}" for path in sorted(set(groups)))


def _told(machine: Machine) -> list[str]:
    """The events that come from outside; input and output raise the others."""
    never = () if machine.timed else (AFTER,)
    return [event for event in machine.events if event not in (*IO_EVENTS, *never)]


def _timed(machine: Machine, own: bool) -> str:
    """When a deadline may pass; if `own`, one in a clause of the state itself."""
    found = [
        f"(({_active(machine, s.region)}) && "
        f"at_{region_name(s.region)} == {_state(s.path)})"
        for s in machine.states.values()
        if any(on.event == AFTER for on in (s.own_on if own else s.on))
    ]
    if not own:
        found += [
            f"at_MAIN == {_state(group.path)}"
            for group in machine.composites
            if any(on.event == AFTER for on in group.leads)
        ]
    return _either(iter(found))


def _of_composites(machine: Machine, event: str) -> Iterator[str]:
    """What an event does to a composite, if none of its regions takes it."""
    for group in machine.composites:
        ons = [on for on in group.leads if on.event == event]
        if not ons:
            continue
        taken = [
            f"at_{region_name(state.region)} == {_state(state.path)}"
            for region in group.region_groups
            for state in machine.region_states(region)
            if state.target(event)
        ]
        here = f"\t:: at_MAIN == {_state(group.path)}"
        for on in ons:
            move = _move(machine, MAIN, on.to.target)
            more = f" && !({' || '.join(taken)})" if taken and event != AFTER else ""
            yield f"{here}{more}{_passes(machine, on)} -> {move}"
        if taken:
            yield f"{here} && ({' || '.join(taken)}) -> skip"


def _passes(machine: Machine, on: On) -> str:
    """The condition for a deadline to pass; empty: it always can."""
    if on.event != AFTER or _is_end(machine, on.to.target):
        return ""
    return " && pauses < PAUSES -> pauses++"


def _is_end(machine: Machine, target: str) -> bool:
    """Whether a target is FINAL, or leads only to DEAD without waiting."""
    state = machine.states.get(target)
    if state is None or state.waits:
        return state is not None and state.final
    return all(to == DEAD for to in machine.successors(state))


def _move(machine: Machine, region: str, target: str) -> str:
    """The statements that enter a state or a composite."""
    into = machine.states[target].region if target in machine.states else MAIN
    assert into in (MAIN, region)
    parts = [_enter(into, target)]
    if target in machine.groups:
        for below in machine.groups[target].region_groups:
            parts.append(_enter(below, machine.groups[below].member(FIRST)))
    return "; ".join(parts)


def _enter(region: str, target: str) -> str:
    name = region_name(region)
    return f"at_{name} = {_state(target)}; parked_{name} = false; tried_{name} = false"


def _event(machine: Machine, event: str) -> str:
    """The inline function that raises an event in one region after the other."""
    lines = [f"inline event_{event} ()", "{"]
    for region in machine.regions:
        name = region_name(region)
        lines.append("\tif")
        if region == MAIN:
            lines += _of_composites(machine, event)
        for state in machine.region_states(region):
            for on in state.on:
                if on.event == event:
                    here = f"({_active(machine, region)}) && at_{name}"
                    to = _move(machine, region, on.to.target)
                    here += f" == {_state(state.path)}{_passes(machine, on)}"
                    lines.append(f"\t:: {here} -> {to}")
        lines += ["\t:: else", "\tfi;"]
    return "\n".join([*lines, "\tRETRY", "}", ""])


def _program(machine: Machine) -> Iterator[str]:
    """What the program may do when all regions wait."""
    for event in machine.root.events:
        takers = [
            f"(({_active(machine, state.region)}) && "
            f"at_{region_name(state.region)} == {_state(state.path)})"
            for state in machine.states.values()
            if any(on.event == event.text for on in state.on)
        ]
        takers += [
            f"at_MAIN == {_state(group.path)}"
            for group in machine.composites
            if any(on.event == event.text for on in group.leads)
        ]
        yield f"\t\t:: {_either(iter(takers))} -> event_{event.text} ()"
        if event.text in ISSUING:
            yield f"\t\t:: ISSUING && issued < N -> ISSUE; event_{event.text} ()"


def _step(machine: Machine, state: State) -> str:
    """One run of a state: its IO if it has some, and its body."""
    name = region_name(state.region)
    lines = [
        f"\t:: atomic {{ /* {state.path}: {state.title} */",
        f"\t\t({_active(machine, state.region)}) && at_{name} == {_state(state.path)}"
        f" && !parked_{name} && !tried_{name} ->",
    ]
    body = [*_effects(state.body.tokens), *_results(machine, state)]
    if state.io is None:
        lines += [f"\t\t{line}" for line in body]
    else:
        lines += [f"\t\t{line}" for line in _io(machine, state, body)]
    return "\n".join([*lines, "\t\t}"])


def _io(machine: Machine, state: State, body: list[str]) -> Iterator[str]:
    """Input or output, and the body when that is done."""
    assert state.io
    reads = IO_KINDS[state.io.kind].direction == "READ"
    failed = _move(machine, state.region, DEAD)
    lost = _move(machine, state.region, state.target(LOST) or DEAD)
    at_end = state.target(END_OF_STREAM)
    end = _move(machine, state.region, at_end) if at_end else lost
    yield "if"
    yield f":: !gone -> tried_{region_name(state.region)} = true"
    yield from (f":: {move}" for move in dict.fromkeys((failed, lost)))
    if reads:
        yield f":: gone && left == 0 -> {end}"
        yield ":: !gone || left > 0 ->"
        yield "\tif :: gone -> left-- :: else fi;"
    else:
        yield ":: true ->"
    yield from (f"\t{line}" for line in body)
    yield "fi"


def _effects(tokens: Sequence[Token]) -> Iterator[str]:
    """What a body does to commands; a call under a condition may not happen."""
    if any(_reads_command(tokens, at) for at in range(len(tokens))):
        yield "USE;"
    for at, token in enumerate(tokens):
        effect = _EFFECTS.get(token.text)
        if effect is None:
            continue
        before = tokens[at - 1].text if at else "{"
        if before == ")":
            yield f"if :: true -> {effect} :: true fi;"
        else:
            yield f"{effect};"


def _reads_command(tokens: Sequence[Token], at: int) -> bool:
    """Whether the command of the reply is used here: reply.command, no "="."""
    texts = [token.text for token in tokens[at : at + 4]]
    return texts[:3] == ["reply", ".", "command"] and texts[3:] != ["="]


def _results(machine: Machine, state: State) -> Iterator[str]:
    """Any result is possible, but WAIT only if something can still end it."""
    targets = [reference.target for reference in state.goes_to]
    ends: list[str] = []
    if state.returns(Outcome.FAIL, Outcome.FAILED):
        ends.append(DEAD)
    if state.returns(Outcome.GONE):
        ends.append(state.target(LOST) or DEAD)
    circle = _circle(machine, state)
    choosing = _choosing(machine)
    yield "if"
    for target in dict.fromkeys((*targets, *machine.dispatch_targets(state), *ends)):
        guard = "!gone || rounds < ROUNDS -> " if target in circle else ""
        guard += "issued == 0 -> " if target in choosing else ""
        count = "rounds = rounds + gone; " if target in circle else ""
        yield f":: {guard}{count}{_move(machine, state.region, target)}"
    if state.returns(Outcome.WAIT):
        awaited = "!gone -> " if ends or not circle.issuperset(targets) else ""
        yield f":: {awaited}parked_{region_name(state.region)} = true"
    yield "fi"


def _choosing(machine: Machine) -> set[str]:
    """States that only a program in option mode enters; it has no commands yet."""
    others = {
        state.path: [reference.target for reference in state.goes_to]
        for state in machine.states.values()
        if not state.final and not state.dispatches
    }
    found = {path for path in others if machine.states[path].phase not in POLLED_PHASES}
    before: set[str] = set()
    while found != before:
        before = set(found)
        found |= {p for p, to in others.items() if to and before.issuperset(to)}
    return found


def _circle(machine: Machine, state: State) -> set[str]:
    """The targets that lead back to the state, if it also has another way.

    Once the server is gone, the model takes them only ROUNDS times: each round uses
    something up, as the rules demand, or sends bytes.
    """
    edges = {s.path: [r.target for r in s.goes_to] for s in machine.states.values()}
    for other in machine.states.values():
        if other.io:
            edges[other.path] = []
        told = (NOTIFY_READ, NOTIFY_WRITE)
        edges[other.path] += [on.to.target for on in other.on if on.event in told]
    own = {reference.target for reference in state.goes_to} if not state.io else set()
    found = {target for target in own if state.path in _led_to(edges, target)}
    leaves = state.can_fail or state.returns(Outcome.WAIT, Outcome.GONE)
    return found if leaves or found < own else set()


def _led_to(edges: dict[str, list[str]], start: str) -> set[str]:
    """The states that bodies lead to from `start`, and `start`."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += edges.get(path, ())
    return seen
