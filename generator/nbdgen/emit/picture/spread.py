# SPDX-License-Identifier: MIT
"""Put things in a row, each as near as possible to its wanted place."""

from __future__ import annotations

from typing import Sequence


def spread(
    wishes: Sequence[float], gaps: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """Places in the given order, at least `gaps` apart, with the least squares.

    Apart from the gaps this is isotonic regression: neighbours that would be too near
    to each other become a block around the weighted mean of their wishes.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    # For each block: the sum of weighted wishes, the sum of weights, the number.
    blocks: list[tuple[float, float, int]] = []
    for wish, offset, weight in zip(wishes, offsets, weights):
        total, mass, count = (wish - offset) * weight, weight, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / mass:
            before = blocks.pop()
            total, mass = total + before[0], mass + before[1]
            count += before[2]
        blocks.append((total, mass, count))
    flat = [total / mass for total, mass, count in blocks for _ in range(count)]
    return [place + offset for place, offset in zip(flat, offsets)]
