# SPDX-License-Identifier: MIT
"""Place boxes in layers, so that most arrows point down, and route the arrows.

This is Sugiyama's method:  One arrow of each cycle is reversed.  Each box gets the
first layer below all boxes that lead to it.  An arrow that passes a layer gets a place
in it.  The boxes of a layer are ordered so that few arrows cross, and moved near their
neighbours.  Between two layers of boxes is a layer for the labels of the arrows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable, Sequence

from nbdgen.emit.picture.order import put_in_order
from nbdgen.emit.picture.spread import spread

GAP = 20.0  # between boxes of a layer
ARROWS_GAP = 14.0  # between arrows that pass a layer
LAYER_GAP = 17.0
LABEL_HEIGHT = 11.0
PORT_GAP = 9.0  # between arrows at one side of a box
PORT_EDGE = 9.0  # from an arrow to the corner of a box
SWEEPS = 16
Point = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """The size of a box, or of the whole arrangement."""

    width: float
    height: float


@dataclass(frozen=True)
class Arrow:
    """An arrow from one box to another, by their numbers."""

    tail: int
    head: int
    label: float = 0.0  # width of its text; 0: it has none


@dataclass(frozen=True)
class Arrangement:
    """Where all boxes, arrows and labels are."""

    size: Size
    corners: tuple[Point, ...]  # upper left, of each box
    routes: tuple[tuple[Point, ...], ...]  # of each arrow, from tail to head
    labels: tuple[Point | None, ...]  # the middle of each arrow's text


@dataclass(frozen=True)
class _Row:
    """The vertical place of a layer."""

    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """The y of the middle of its boxes."""
        return (self.top + self.bottom) / 2


@dataclass(eq=False)
class _Node:
    """A box, or the place where an arrow passes a layer."""

    layer: int
    width: float
    height: float = 0.0
    box: bool = True
    x: float = 0.0  # of the middle
    above: list[_Node] = field(default_factory=list)
    below: list[_Node] = field(default_factory=list)


def arrange(
    sizes: Sequence[Size],
    arrows: Sequence[Arrow],
    last: Iterable[int] = (),
    pins: Iterable[int] = (),
) -> Arrangement:
    """Arrange boxes and arrows.  Boxes in `last` belong to the lowest layer.  Boxes
    in `pins` are small and are put among the labels, right above their heads."""
    forward = _without_circles(len(sizes), arrows)
    ranks = _ranks(len(sizes), forward, frozenset(last), frozenset(pins))
    nodes = [_Node(rank, size.width, size.height) for rank, size in zip(ranks, sizes)]
    chains = [_chain(nodes, arrow, way) for arrow, way in zip(arrows, forward)]
    layers: list[list[_Node]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for node in nodes:
        layers[node.layer].append(node)
    for chain in chains:
        for node in chain[1:-1]:
            layers[node.layer].append(node)
    put_in_order(layers, lambda node: node.above, lambda node: node.below)
    _move(layers)
    _close_up(layers)
    return _result(nodes, arrows, forward, chains, _rows(layers))


def _without_circles(count: int, arrows: Sequence[Arrow]) -> list[tuple[int, int]]:
    """Each arrow as (upper, lower), without cycles."""
    successors: list[list[int]] = [[] for _ in range(count)]
    for arrow in arrows:
        successors[arrow.tail].append(arrow.head)
    done: set[int] = set()
    under_way: list[int] = []
    back: set[tuple[int, int]] = set()

    def visit(box: int) -> None:
        under_way.append(box)
        for to in successors[box]:
            if to in under_way:
                back.add((box, to))
            elif to not in done:
                visit(to)
        under_way.pop()
        done.add(box)

    for box in range(count):
        if box not in done:
            visit(box)
    ways = [(arrow.tail, arrow.head) for arrow in arrows]
    return [(way[1], way[0]) if way in back else way for way in ways]


def _ranks(
    count: int,
    ways: Sequence[tuple[int, int]],
    last: frozenset[int],
    pins: frozenset[int],
) -> list[int]:
    """The layer of each box.  Layers of pins and labels are between the others."""
    down = [way for way in ways if way[0] not in pins]
    ranks = [0] * count
    for _ in range(count):
        for upper, lower in down:
            ranks[lower] = max(ranks[lower], ranks[upper] + 2)
    for box in last:
        ranks[box] = max(ranks)
    # A box without arrows to it is put right above the boxes that it leads to.
    for box in range(count):
        below = [ranks[lower] for upper, lower in down if upper == box]
        if below and not any(lower == box for _, lower in down):
            ranks[box] = min(below) - 2
    for upper, lower in ways:
        if upper in pins:
            ranks[upper] = ranks[lower] - 1
    top = min(ranks, default=0)
    return [rank - top for rank in ranks]


def _chain(nodes: Sequence[_Node], arrow: Arrow, way: tuple[int, int]) -> list[_Node]:
    """The nodes that an arrow passes, from the upper to the lower."""
    upper, lower = nodes[way[0]], nodes[way[1]]
    chain = [upper]
    # The label is next to the tail of the arrow.
    at = upper.layer + 1 if way[0] == arrow.tail else lower.layer - 1
    for layer in range(upper.layer + 1, lower.layer):
        text = arrow.label if layer == at else 0.0
        height = LABEL_HEIGHT if text else 0.0
        chain.append(_Node(layer, max(text, 1.0), height, box=False))
    chain.append(lower)
    for above, below in zip(chain, chain[1:]):
        above.below.append(below)
        below.above.append(above)
    return chain


def _gap(left: _Node, right: _Node) -> float:
    """How far apart the middles of two neighbours have to be."""
    between = GAP if left.box and right.box else ARROWS_GAP
    return (left.width + right.width) / 2 + between


def _move(layers: Sequence[Sequence[_Node]]) -> None:
    """Move each node near the mean x of its neighbours."""
    for layer in layers:
        at = 0.0
        for left, right in zip([None, *layer], layer):
            at += _gap(left, right) if left else 0.0
            right.x = at
        for node in layer:
            node.x -= at / 2
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else layers[::-1]:
            wishes = [_wish(node, down) for node in layer]
            gaps = [_gap(a, b) for a, b in zip(layer, layer[1:])]
            # Arrows have more weight than boxes, so that they are straight.
            weights = [1.0 if node.box else 3.0 for node in layer]
            for node, x in zip(layer, spread(wishes, gaps, weights)):
                node.x = x


def _close_up(layers: Sequence[Sequence[_Node]]) -> None:
    """Close the gaps between parts of the picture that no arrow connects."""
    part_of: dict[_Node, int] = {}
    parts: list[list[_Node]] = []
    for layer in layers:
        for node in layer:
            if node not in part_of:
                parts.append(_joined(node))
                part_of |= dict.fromkeys(parts[-1], len(parts) - 1)
    for part in sorted(parts, key=lambda part: min(node.x for node in part)):
        room = [
            right.x - left.x - _gap(left, right)
            for layer in layers
            for left, right in zip(layer, layer[1:])
            if part_of[right] == part_of[part[0]] != part_of[left]
        ]
        for node in part:
            node.x -= min(room, default=0.0)


def _joined(node: _Node) -> list[_Node]:
    """A node, and all nodes that arrows connect with it, directly or not."""
    found = {node: None}  # a dictionary keeps the order
    to_do = [node]
    while to_do:
        here = to_do.pop()
        for other in (*here.above, *here.below):
            if other not in found:
                found[other] = None
                to_do.append(other)
    return list(found)


def _wish(node: _Node, down: bool) -> float:
    """The middle of the neighbours on one side, or of all if there are none."""
    near = (node.above if down else node.below) or node.above or node.below
    return sum(other.x for other in near) / len(near) if near else node.x


def _rows(layers: Sequence[Sequence[_Node]]) -> list[_Row]:
    """The vertical place of each layer."""
    rows: list[_Row] = []
    top = 0.0
    for layer in layers:
        bottom = top + max((node.height for node in layer), default=0.0)
        rows.append(_Row(top, bottom))
        top = bottom + LAYER_GAP
    return rows


def _ports(node: _Node, near: Sequence[_Node]) -> dict[_Node, float]:
    """The x at which the arrow of each neighbour touches a side of a box."""
    if not node.box:
        return {other: node.x for other in near}
    by_place = sorted(near, key=lambda other: other.x)
    room = max(node.width - 2 * PORT_EDGE, 0.0)
    gap = min(PORT_GAP, room / max(len(near) - 1, 1))
    low, high = node.x - room / 2, node.x + room / 2
    wishes = [min(max(other.x, low), high) for other in by_place]
    found = spread(wishes, [gap] * (len(near) - 1), [1.0] * len(near))
    if not found:
        return {}
    shift = max(low - found[0], 0.0) + min(high - found[-1], 0.0)
    return {other: x + shift for other, x in zip(by_place, found)}


def _result(
    nodes: Sequence[_Node],
    arrows: Sequence[Arrow],
    ways: Sequence[tuple[int, int]],
    chains: Sequence[Sequence[_Node]],
    rows: Sequence[_Row],
) -> Arrangement:
    """The arrangement of the nodes, with coordinates from 0 on."""
    every = {node: None for node in nodes}
    every |= {node: None for chain in chains for node in chain}
    left = min((node.x - node.width / 2 for node in every), default=0.0)
    for node in every:
        node.x -= left
    right = max((node.x + node.width / 2 for node in every), default=0.0)
    under = {node: _ports(node, node.below) for node in nodes}
    over = {node: _ports(node, node.above) for node in nodes}
    routes: list[tuple[Point, ...]] = []
    for arrow, way, chain in zip(arrows, ways, chains):
        first, *passed, last = chain
        x, row = under[first][chain[1]], rows[first.layer]
        points = [(x, row.middle + first.height / 2), (x, row.bottom)]
        for node in passed:
            row = rows[node.layer]
            points += [(node.x, row.top), (node.x, row.bottom)]
        x, row = over[last][chain[-2]], rows[last.layer]
        points += [(x, row.top), (x, row.middle - last.height / 2)]
        points = list(dict.fromkeys(points))
        routes.append(tuple(points if way[0] == arrow.tail else points[::-1]))
    labels = [
        next(((n.x, rows[n.layer].middle) for n in chain[1:-1] if n.height), None)
        for chain in chains
    ]
    corners = [
        (node.x - node.width / 2, rows[node.layer].middle - node.height / 2)
        for node in nodes
    ]
    size = Size(right, rows[-1].bottom if rows else 0.0)
    return Arrangement(size, tuple(corners), tuple(routes), tuple(labels))
