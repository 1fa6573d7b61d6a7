# SPDX-License-Identifier: MIT
"""The machine as nested boxes, each with its size and place, and arrows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from math import ceil
from typing import Iterable, Iterator

from nbdgen.emit.picture.layers import Arrow, Point, Size, arrange
from nbdgen.emit.picture.steps import ANYWHERE, Step, steps
from nbdgen.machine.model import SELECTORS, Group, Machine, State

LETTER = 6.7  # width of a letter in the fixed font of names
SMALL_LETTER = 5.2  # in the font of labels
STATE_HEIGHT = 24.0
STATE_PADDING = 26.0
FOLDED_HEIGHT = 38.0
PIN_HEIGHT = 16.0
HEADER = 27.0  # the name of a group
PADDING = 13.0
GRID_GAP = 14.0


class Kind(Enum):
    """What a box stands for."""

    STATE = auto()
    GROUP = auto()
    REGION = auto()
    FOLDED = auto()  # a group whose states are not shown
    BUNDLE = auto()  # groups of which a value chooses one
    PIN = auto()  # the beginning of arrows that any state may take


# The wanted width of a grid of groups as a multiple of its height, with and without
# their states.  Without states groups are small, and the picture should stay low.
GRID_SHAPES = {Kind.GROUP: 1.2, Kind.FOLDED: 2.6}


@dataclass(eq=False)
class Box:
    """A state or a group; x and y of its corner are those in the whole picture."""

    key: str
    kind: Kind
    label: str
    group: Group | None = None
    state: State | None = None
    inside: list[Box] = field(default_factory=list)
    arrows: list[Line] = field(default_factory=list)  # between boxes inside
    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    y: float = 0.0

    @property
    def hidden(self) -> str:
        """How many states and groups a folded group has."""
        assert self.group
        states, groups = len(self.group.states), len(self.group.subgroups)
        text = f"{states} state{'s' * (states > 1)}"
        return text + (f", {groups} group{'s' * (groups > 1)}" if groups else "")


@dataclass(eq=False)
class Line:
    """An arrow: all steps between two boxes that are beside each other."""

    tail: Box
    head: Box
    steps: list[Step] = field(default_factory=list)
    route: tuple[Point, ...] = ()  # empty: it leads back to the same box
    text_at: Point | None = None

    @property
    def by_event(self) -> bool:
        """Whether it is taken on events only."""
        return all(step.event for step in self.steps)

    @property
    def label(self) -> str:
        """The events, or what chooses one of many groups."""
        if not self.by_event or self.tail.kind is Kind.PIN or self.tail is self.head:
            return ""
        return ", ".join(dict.fromkeys(step.event for step in self.steps))


def picture(machine: Machine, folded: bool) -> Box:
    """The whole machine; folded: most groups without their states."""
    root = _group(machine, machine.root, folded)
    _connect(machine, root)
    _measure(root)
    _place(root, 0.0, 0.0)
    return root


def _group(machine: Machine, group: Group, folded: bool) -> Box:
    """The box of a group with the boxes inside, without arrows."""
    region = group.region == group.path and group.parent is not None
    if folded and _hides_its_states(group):
        return Box(group.path, Kind.FOLDED, group.name, group)
    kind = Kind.REGION if region else Kind.GROUP
    box = Box(group.path, kind, group.name or "", group)
    for state in group.states:
        box.inside.append(Box(state.path, Kind.STATE, state.name, state=state))
    subgroups = {
        path: _group(machine, machine.groups[path], folded) for path in group.subgroups
    }
    for selector in SELECTORS:
        chosen = [g.path for g in machine.dispatch_groups(group.path, selector)]
        if len(chosen) > 1:
            bundle = Box(f"{group.path}/{selector}", Kind.BUNDLE, selector)
            bundle.inside = [subgroups.pop(path) for path in chosen]
            box.inside.append(bundle)
    box.inside += subgroups.values()
    return box


def _hides_its_states(group: Group) -> bool:
    """Whether a folded picture shows only the name of a group."""
    inner = "." in group.path and group.region != group.path
    return inner or not group.subgroups


# Arrows ------------------------------------------------------------------


def _connect(machine: Machine, root: Box) -> None:
    """Give each box the arrows between the boxes directly inside it."""
    chains = dict(_chains(root, []))
    for step in steps(machine):
        if step.tail == ANYWHERE:
            _pin(root, chains, step)
            continue
        tail, head = _known(chains, step.tail), _known(chains, step.head)
        depth = _shared(tail, head)
        if depth + 1 < len(tail) and depth + 1 < len(head):
            _line(tail[depth], tail[depth + 1], head[depth + 1]).steps.append(step)
        elif tail == head and tail[-1].kind is Kind.STATE:
            _line(tail[-2], tail[-1], head[-1]).steps.append(step)


def _chains(box: Box, outer: list[Box]) -> Iterator[tuple[str, list[Box]]]:
    """For each box: the boxes around it, the root first, and the box itself."""
    chain = [*outer, box]
    yield box.key, chain
    for part in box.inside:
        yield from _chains(part, chain)


def _known(chains: dict[str, list[Box]], path: str) -> list[Box]:
    """The chain of a state, or of the group that hides it."""
    while path not in chains:
        path = path.rpartition(".")[0]
    return chains[path]


def _shared(one: list[Box], other: list[Box]) -> int:
    """The index in both chains of the innermost box that is in both."""
    same = [a is b for a, b in zip(one, other)]
    return (same.index(False) if False in same else len(same)) - 1


def _line(within: Box, tail: Box, head: Box) -> Line:
    """The arrow between two boxes; it is made if it does not exist."""
    for line in within.arrows:
        if line.tail is tail and line.head is head:
            return line
    within.arrows.append(Line(tail, head))
    return within.arrows[-1]


def _pin(root: Box, chains: dict[str, list[Box]], step: Step) -> None:
    """Draw a step that any state may take to a box directly inside the root."""
    head = _known(chains, step.head)[1]
    key = f"{ANYWHERE}{head.key}"
    pin = next((box for box in root.inside if box.key == key), None)
    if pin is None:
        pin = Box(key, Kind.PIN, "")
        root.inside.append(pin)
    line = _line(root, pin, head)
    line.steps.append(step)
    pin.label = f"any state: {', '.join(step.event for step in line.steps)}"


# Sizes and places --------------------------------------------------------


def _measure(box: Box) -> None:
    """Set sizes, from inside out, and the places of boxes inside relative to it."""
    for part in box.inside:
        _measure(part)
    name = len(box.label) * LETTER
    match box.kind:
        case Kind.STATE:
            box.width, box.height = name + STATE_PADDING, STATE_HEIGHT
        case Kind.FOLDED:
            hidden = len(box.hidden) * SMALL_LETTER
            box.width = max(name, hidden) + STATE_PADDING
            box.height = FOLDED_HEIGHT
        case Kind.PIN:
            box.width = len(box.label) * SMALL_LETTER + 14
            box.height = PIN_HEIGHT
        case Kind.BUNDLE:
            _grid(box)
        case Kind.GROUP | Kind.REGION:
            if box.group and box.group.composite:
                inner = _beside(box.inside, GRID_GAP)
            else:
                inner = _layers(box)
            top = HEADER if box.label else PADDING
            box.width = max(inner.width, name + 10) + 2 * PADDING
            box.height = inner.height + top + PADDING
            shift = (box.width - inner.width) / 2
            _shift(box, shift, top)


def _layers(box: Box) -> Size:
    """Arrange the boxes and arrows inside a group that is not composite."""
    number = {part: at for at, part in enumerate(box.inside)}
    lines = [line for line in box.arrows if line.tail is not line.head]
    found = arrange(
        [Size(part.width, part.height) for part in box.inside],
        [
            Arrow(number[a.tail], number[a.head], len(a.label) * SMALL_LETTER)
            for a in lines
        ],
        [number[part] for part in box.inside if part.state and part.state.final],
        [number[part] for part in box.inside if part.kind is Kind.PIN],
    )
    for part, (x, y) in zip(box.inside, found.corners):
        part.x, part.y = x, y
    for line, route, at in zip(lines, found.routes, found.labels):
        line.route, line.text_at = route, at
    return found.size


def _beside(boxes: Iterable[Box], gap: float) -> Size:
    """Put boxes in a row and make them equally high."""
    row = list(boxes)
    height = max(box.height for box in row)
    x = 0.0
    for box in row:
        box.x, box.y, box.height = x, 0.0, height
        x += box.width + gap
    return Size(x - gap, height)


def _grid(box: Box) -> None:
    """Put boxes in rows of about the same length, near the wanted shape."""
    best: list[list[Box]] = []
    shape = GRID_SHAPES[box.inside[0].kind]
    least = 0.0
    for count in range(1, len(box.inside) + 1):
        length = ceil(len(box.inside) / count)
        rows = [
            box.inside[at : at + length] for at in range(0, len(box.inside), length)
        ]
        width = max(sum(part.width + GRID_GAP for part in row) for row in rows)
        height = sum(max(part.height for part in row) + GRID_GAP for row in rows)
        badness = max(width / height / shape, height * shape / width)
        if not best or badness < least:
            best, least = rows, badness
    y = GRID_GAP
    sizes = [_beside(row, GRID_GAP) for row in best]
    widest = max(size.width for size in sizes)
    for row, size in zip(best, sizes):
        for part in row:
            part.x += GRID_GAP + (widest - size.width) / 2
            part.y = y
        y += size.height + GRID_GAP
    box.width, box.height = widest + 2 * GRID_GAP, y


def _shift(box: Box, x: float, y: float) -> None:
    """Move all that is directly inside a box, including arrows."""
    for part in box.inside:
        part.x += x
        part.y += y
    for line in box.arrows:
        line.route = tuple((a + x, b + y) for a, b in line.route)
        if line.text_at:
            line.text_at = (line.text_at[0] + x, line.text_at[1] + y)


def _place(box: Box, x: float, y: float) -> None:
    """Change places inside a box to places in the whole picture."""
    box.x += x
    box.y += y
    for line in box.arrows:
        line.route = tuple((a + box.x, b + box.y) for a, b in line.route)
        if line.text_at:
            line.text_at = (line.text_at[0] + box.x, line.text_at[1] + box.y)
    for part in box.inside:
        _place(part, box.x, box.y)
