# SPDX-License-Identifier: MIT
"""Order the nodes of each layer so that few arrows cross."""

from __future__ import annotations

from typing import Callable, Sequence, TypeVar

ROUNDS = 12
T = TypeVar("T")
Neighbours = Callable[[T], Sequence[T]]


def put_in_order(
    layers: Sequence[list[T]], above: Neighbours[T], below: Neighbours[T]
) -> None:
    """Sort each layer in place, by the mean place of its neighbours."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    for sweep in range(ROUNDS):
        down = sweep % 2 == 0
        pairs = list(zip(layers, layers[1:]))
        for upper, lower in pairs if down else pairs[::-1]:
            if down:
                _sort(lower, upper, above)
            else:
                _sort(upper, lower, below)
        crossings = _crossings(layers, below)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    for layer, order in zip(layers, best):
        layer[:] = order


def _sort(layer: list[T], fixed: Sequence[T], near: Neighbours[T]) -> None:
    """Order a layer by its neighbour; nodes without arrows to it keep their place."""
    places = {node: at for at, node in enumerate(fixed)}
    keys: dict[T, float] = {}
    for at, node in enumerate(layer):
        found = [places[other] for other in near(node)]
        middle = at / max(len(layer) - 1, 1) * max(len(fixed) - 1, 0)
        keys[node] = sum(found) / len(found) if found else middle
    layer.sort(key=lambda node: keys[node])


def _crossings(layers: Sequence[Sequence[T]], below: Neighbours[T]) -> int:
    """How many pairs of arrows cross."""
    count = 0
    for upper, lower in zip(layers, layers[1:]):
        places = {node: at for at, node in enumerate(lower)}
        ends = [sorted(places[other] for other in below(node)) for node in upper]
        flat = [end for some in ends for end in some]
        count += sum(
            flat[first] > flat[second]
            for first in range(len(flat))
            for second in range(first + 1, len(flat))
        )
    return count
