# SPDX-License-Identifier: MIT
"""The model of the state machine: groups, states, regions and their edges.

Everything is frozen and refers to other parts by full name: a group by its
path (NEWSTYLE.OPT_GO, the root is ""), a state by its group's path and its own
name (NEWSTYLE.OPT_GO.START).  load.py builds it, rules.py and flow_rules.py
check it, nbdgen/emit/ only reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Iterator

from nbdgen.machine.parse import Body, Clause, Head, Verbatim
from nbdgen.machine.results import Outcome, Result, Results
from nbdgen.source import Place


@dataclass(frozen=True)
class IoKind:
    """What an IO state does before its body runs: nbdi_io_<kind>."""

    arguments: int
    direction: str  # READ or WRITE


IO_KINDS = {
    "RECV": IoKind(1, "READ"),  # until that many bytes are in the buffer
    "FILL": IoKind(0, "READ"),  # into the place that was prepared
    "SKIP": IoKind(0, "READ"),  # and forget the bytes
    "SEND": IoKind(0, "WRITE"),
}

# Group clauses that name the values which a group serves, and the words for such
# a value in messages.
SELECTORS = {
    "OPTION": "option",
    "CHUNK": "reply chunk type",
}

PHASES = ("CREATED", "CONNECTING", "NEGOTIATING", "CONNECTED", "CLOSED", "DEAD")
# In these phases a program only polls, for the direction that the handle gives.
POLLED_PHASES = ("CONNECTING", "CONNECTED")

NOTIFY_READ = "NOTIFY_READ"
NOTIFY_WRITE = "NOTIFY_WRITE"
END_OF_STREAM = "END_OF_STREAM"
LOST = "LOST"  # the connection, by an error or an unexpected end of the stream
AFTER = "AFTER"  # a deadline has passed
BUILT_IN_EVENTS = (NOTIFY_READ, NOTIFY_WRITE, END_OF_STREAM, LOST, AFTER)
# Events that input and output raise; a body can raise LOST, too, with GONE.
IO_EVENTS = (END_OF_STREAM, LOST)

# Clauses that say what the server may answer to the values of a group.
LENGTH = "LENGTH"  # of a chunk
REPLY = "REPLY"  # to an option
REFUSED = "REFUSED"
FINAL = "FINAL"  # of a refusal: each connection gets the same answer
PASSES = (FINAL, "PASSES", "PASSES_AFTER_OUTAGE")
COMPLETES_WITH = "COMPLETES_WITH"
FAILS_WITH = "FAILS_WITH"
TURNED_OFF_BY = "TURNED_OFF_BY"
# The selector that a group must have for each of these clauses.
ANSWERS = {
    LENGTH: "CHUNK",
    **dict.fromkeys((REPLY, REFUSED, COMPLETES_WITH, FAILS_WITH), "OPTION"),
    TURNED_OFF_BY: "OPTION",
}
ANY = "ANY"  # length, refusal or errno
ANY_ERROR = "ANY_ERROR"  # every type that means an error

ROOT = ""
FIRST = "START"  # the first state of a group
CLOSED = "CLOSED"  # an orderly end
DEAD = "DEAD"  # where failing leads
MAIN = ""  # the region of all states that are in no other


@dataclass(frozen=True)
class Reference:
    """A path as written, and the full name that it means."""

    text: str  # ^OPTION_DONE
    place: Place
    to: str | None  # of a state or a composite group; None: there is none
    problem: str = ""  # why there is none

    @property
    def target(self) -> str:
        """The full name, once the rules have passed."""
        assert self.to is not None
        return self.to


@dataclass(frozen=True)
class Io:
    """The IO clause of a state."""

    kind: str
    arguments: tuple[str, ...]  # C expressions
    place: Place


@dataclass(frozen=True)
class On:
    """One ON, LOST or AFTER, of a state or of a group that it is in."""

    event: str
    to: Reference
    place: Place
    group: str | None = None  # if it is a clause of a group
    deadline: str = ""  # of AFTER: the C expression


@dataclass(frozen=True)
class Dispatch:
    """DISPATCHES: every sub-group with this selector is a successor."""

    selector: str
    place: Place


@dataclass(frozen=True)
class Use:
    """One result of a body with its path resolved."""

    result: Result
    to: Reference | None  # of NEXT, and of DISPATCH if it has one


@dataclass(frozen=True)
class Value:
    """One value of a group's selector."""

    selector: str
    value: str
    place: Place


@dataclass(frozen=True)
class Item:
    """A word of a clause and where it is."""

    text: str
    place: Place


@dataclass(frozen=True)
class Reply:
    """LENGTH or REPLY: a type of reply, and the lengths that its payload can have."""

    type: str  # NBD_REPLY_TYPE_*, NBD_REP_*, or ANY_ERROR
    lengths: tuple[str, ...]  # exactly; from, to; or from, to, in steps of
    place: Place


@dataclass(frozen=True)
class Refusal:
    """REFUSED: what an error reply means."""

    type: str  # NBD_REP_ERR_*, or ANY
    errnum: str  # EINVAL, or 0 if it has none
    text: str  # in quotes
    place: Place
    passes: str = FINAL  # whether another connection may get another answer


@dataclass(frozen=True)
class Off:
    """TURNED_OFF_BY: the function by which a program leaves out an option."""

    option: Item
    function: Item


@dataclass(frozen=True)
class Answers:
    """All that a group, or its pattern, says about the answers to its values."""

    replies: tuple[Reply, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    completes_with: tuple[Item, ...] = ()
    fails_with: tuple[Item, ...] = ()
    turned_off_by: tuple[Off, ...] = ()


@dataclass(frozen=True)
class State:
    """One STATE."""

    name: str
    group: str
    text: str  # of the file that it is written in
    head: Head
    place: Place
    body: Body
    results: Results
    title: str
    phase: str | None  # its own or the group's
    when: str | None  # the group's phrase for messages, in quotes
    spec: Item | None
    io: Io | None
    on: tuple[On, ...]  # its own, then those of the groups around it
    goes_to: tuple[Reference, ...]
    dispatches: Dispatch | None
    uses: tuple[Use, ...]
    idle: bool
    final: bool
    unlimited: Item | None  # why it may wait for ever
    region: str  # full name of the region's group, or MAIN

    @property
    def consumes(self) -> Clause | None:
        """The CONSUMES clause, if the state has one."""
        return next((c for c in self.head.clauses if c.name == "CONSUMES"), None)

    @property
    def path(self) -> str:
        """The full name."""
        return f"{self.group}.{self.name}" if self.group else self.name

    @property
    def own_on(self) -> tuple[On, ...]:
        """The clauses that are written at the state itself."""
        return tuple(on for on in self.on if on.group is None)

    def target(self, event: str) -> str | None:
        """Where an event leads."""
        return next((on.to.to for on in self.on if on.event == event), None)

    def returns(self, *outcomes: Outcome) -> bool:
        """Whether the body has such a result."""
        return any(use.result.outcome in outcomes for use in self.uses)

    def finds(self, event: str) -> bool:
        """Whether its IO or its body can raise this event, one of IO_EVENTS."""
        return self.io is not None or (event == LOST and self.returns(Outcome.GONE))

    @property
    def waits(self) -> bool:
        """Whether the machine may wait in this state."""
        return self.io is not None or self.returns(Outcome.WAIT)

    @property
    def can_fail(self) -> bool:
        """Whether the state may lead to .DEAD without naming it."""
        if self.io or self.returns(Outcome.FAIL, Outcome.FAILED):
            return True
        if self.returns(Outcome.GONE) and self.target(LOST) is None:
            return True
        return any(u.result.outcome is Outcome.DISPATCH and not u.to for u in self.uses)


@dataclass(frozen=True)
class Group:
    """One GROUP: a file."""

    path: str
    file: str
    head: Head
    place: Place
    title: str
    parent: str | None
    subgroups: tuple[str, ...]  # full names, in the order of output
    items: tuple[State | Verbatim, ...]  # in the order of the file
    phase: str | None
    spec: Item | None
    values: tuple[Value, ...]
    answers: Answers
    regions: tuple[Item, ...]  # names without the path
    events: tuple[Item, ...]
    on: tuple[On, ...]  # its own, which hold for all states inside
    leads: tuple[On, ...]  # those that lead out of a composite as a whole
    region: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def composite(self) -> bool:
        """Whether all sub-groups are active at once."""
        return bool(self.regions)

    @property
    def states(self) -> tuple[State, ...]:
        """Its own states: START, then in the order of the file."""
        own = [item for item in self.items if isinstance(item, State)]
        return tuple(sorted(own, key=lambda state: state.name != FIRST))

    @property
    def region_groups(self) -> tuple[str, ...]:
        """Full names of its regions, in the order in which they run."""
        prefix = f"{self.path}." if self.path else ""
        return tuple(prefix + item.text for item in self.regions)

    def member(self, name: str) -> str:
        """The full name of something in this group."""
        return f"{self.path}.{name}" if self.path else name


@dataclass(frozen=True)
class Machine:
    """All groups by path, in the order of output: parents first."""

    groups: dict[str, Group]

    @cached_property
    def states(self) -> dict[str, State]:
        """All states by full name; those of a region are together."""
        return {s.path: s for group in self.groups.values() for s in group.states}

    @property
    def root(self) -> Group:
        """The group of generator/states.c."""
        return self.groups[ROOT]

    @property
    def events(self) -> tuple[str, ...]:
        """Built-in events, then those that the root group declares."""
        return BUILT_IN_EVENTS + tuple(event.text for event in self.root.events)

    @property
    def composites(self) -> tuple[Group, ...]:
        """The groups that have regions."""
        return tuple(group for group in self.groups.values() if group.composite)

    @property
    def regions(self) -> tuple[str, ...]:
        """MAIN and the groups that are regions."""
        return (MAIN, *(r for group in self.composites for r in group.region_groups))

    @cached_property
    def timed(self) -> bool:
        """Whether there is any deadline."""
        parts: list[Group | State] = [*self.groups.values(), *self.states.values()]
        return any(on.event == AFTER for part in parts for on in part.on)

    def leads_above(self, state: State) -> tuple[On, ...]:
        """The clauses that lead out of the composite that the state is in."""
        if state.region == MAIN:
            return ()
        return self.groups[self.groups[state.region].parent or ROOT].leads

    def region_states(self, region: str) -> tuple[State, ...]:
        """The states of one region."""
        return tuple(s for s in self.states.values() if s.region == region)

    def serving(self, selector: str) -> dict[str, Group]:
        """The values of a selector, in the order of groups, and each one's group."""
        return {
            value.value: group
            for group in self.groups.values()
            for value in group.values
            if value.selector == selector
        }

    def dispatch_groups(self, group: str, selector: str) -> tuple[Group, ...]:
        """The direct sub-groups that carry this selector."""
        found = (self.groups[path] for path in self.groups[group].subgroups)
        return tuple(g for g in found if any(v.selector == selector for v in g.values))

    def dispatch_targets(self, state: State) -> tuple[str, ...]:
        """The states that DISPATCHES leads to."""
        if state.dispatches is None:
            return ()
        groups = self.dispatch_groups(state.group, state.dispatches.selector)
        return tuple(group.member(FIRST) for group in groups)

    def successors(self, state: State) -> Iterator[str]:
        """Full names of all targets of a state's clauses; some may be repeated."""
        for on in state.on:
            if on.to.to is not None:
                yield on.to.to
        for reference in state.goes_to:
            if reference.to is not None:
                yield reference.to
        yield from self.dispatch_targets(state)


def load_and_check(root: Path) -> Machine:
    """The machine below `root`; raises SourceError with all that is wrong."""
    # Imported late, because both modules import this one.
    from nbdgen.machine.load import load
    from nbdgen.machine.rules import check

    machine = load(root)
    check(machine)
    return machine
