# SPDX-License-Identifier: MIT
"""generator/states.outline: the whole machine as text."""

from __future__ import annotations

from nbdgen.machine.model import (
    IO_KINDS,
    MAIN,
    NOTIFY_READ,
    NOTIFY_WRITE,
    Group,
    Machine,
    On,
    State,
)
from nbdgen.machine.results import Outcome

_LEGEND = """\
# One block per group: its path, title, file, states from another file, clauses;
# then one line per state:
#   NAME  r/w  phase if it is not the group's, idle, final  successors  Title.
# r and w: waits for the server to send, or to take what we send.
# EVENT -> path: where it goes on that event.  ON, LOST and AFTER of a group hold for
# all states inside that do not have their own.  A state that fails goes to .DEAD,
# which is not listed.  GONE: it may find that the connection is lost; see LOST.
"""
_SUCCESSORS_WIDTH = 48


def emit_outline(machine: Machine) -> str:
    """All groups, parents first."""
    blocks = [_LEGEND]
    blocks += [_group(machine, group) for group in machine.groups.values()]
    return "\n".join(blocks)


def _group(machine: Machine, group: Group) -> str:
    """One block."""
    lines = [f"{group.path or '.'}  {group.title}.", f"  {group.file}"]
    lines += _inherited(group)
    if group.region != MAIN and group.region == group.path:
        lines.append(f"  region of {group.parent}")
    lines += [f"  {clause}" for clause in group_clauses(group)]
    rows = [row for state in group.states for row in _state(machine, state)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append("    " + "  ".join(c for c, w in zip(cells, widths) if w))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _inherited(group: Group) -> list[str]:
    """The states that the group has from a pattern, as one line."""
    taken = [state for state in group.states if state.place.file != group.file]
    names = ", ".join(state.name for state in taken)
    return [f"  {taken[0].place.file}: {names}"] if taken else []


def group_clauses(group: Group) -> list[str]:
    """The group's clauses, each on a line."""
    return [
        f"{clause.name} ({', '.join(argument.text for argument in clause.arguments)})"
        for clause in group.head.clauses
    ]


def _state(machine: Machine, state: State) -> list[list[str]]:
    """The rows of one state: more than one if its successors are many."""
    wrapped = _wrap(_successors(state))
    rows = [["", "", "", part, ""] for part in wrapped]
    flags = _flags(machine, state)
    rows[0] = [state.name, mark(state), flags, wrapped[0], f"{state.title}."]
    return rows


def _wrap(items: list[str]) -> list[str]:
    """Items with commas between them, on as many lines as they need."""
    lines = [""]
    for number, item in enumerate(items):
        item += "," if number + 1 < len(items) else ""
        if lines[-1] and len(lines[-1]) + 1 + len(item) > _SUCCESSORS_WIDTH:
            lines.append("")
        lines[-1] += f" {item}" if lines[-1] else item
    return lines


def mark(state: State) -> str:
    """r, w, rw or -"""
    events = {on.event for on in state.on}
    direction = IO_KINDS[state.io.kind].direction if state.io else ""
    read = direction == "READ" or NOTIFY_READ in events
    write = direction == "WRITE" or NOTIFY_WRITE in events
    return ("r" if read else "") + ("w" if write else "") or "-"


def _flags(machine: Machine, state: State) -> str:
    """Its phase if that is not the group's, and whether it is idle or final."""
    flags: list[str] = []
    if state.phase and state.phase != machine.groups[state.group].phase:
        flags.append(state.phase)
    if state.idle:
        flags.append("idle")
    if state.final:
        flags.append("final")
    return " ".join(flags)


def _event(on: On) -> str:
    """One event and where it leads; a deadline by its expression."""
    what = f"{on.event} {on.deadline}" if on.deadline else on.event
    return f"{what} -> {on.to.text}"


def _successors(state: State) -> list[str]:
    """Where it goes, in the words of the description."""
    found = [_event(on) for on in state.own_on]
    found += [reference.text for reference in state.goes_to]
    if state.dispatches:
        found.append(f"each group with {state.dispatches.selector}")
    if state.returns(Outcome.GONE):
        found.append(Outcome.GONE.value)
    return found
