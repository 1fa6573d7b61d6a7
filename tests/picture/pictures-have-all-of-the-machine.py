#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pictures show each state and group once, in its place, and all arrows.

A state or group is inside the frame of its group, and neighbouring boxes do
not overlap.  An arrow begins and ends at the border of a box, and there is one
for each step of the description.  The page loads nothing, and the data in it
cannot end the script that contains them.  The real machine and the small one
of the golden test are drawn.
"""

from __future__ import annotations

import os
import re
import sys
import unittest
from itertools import combinations
from pathlib import Path
from typing import Iterator
from xml.etree import ElementTree

TOP = Path(os.environ.get("srcdir", ".")).resolve()
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "generator"))

from nbdgen.emit.picture.boxes import Box, Kind, picture  # noqa: E402
from nbdgen.emit.picture.page import emit_page  # noqa: E402
from nbdgen.emit.picture.spread import spread  # noqa: E402
from nbdgen.emit.picture.steps import ANYWHERE, steps  # noqa: E402
from nbdgen.emit.picture.tested import unknown_states  # noqa: E402
from nbdgen.emit.picture.svg import emit_svg, inline  # noqa: E402
from nbdgen.machine.model import Machine, load_and_check  # noqa: E402

MACHINES = {
    "library": load_and_check(TOP),
    "toy": load_and_check(TOP / "tests/generator/golden"),
}
NEAR = 0.01


def boxes(box: Box) -> Iterator[Box]:
    yield box
    for part in box.inside:
        yield from boxes(part)


def is_inside(inner: Box, outer: Box) -> bool:
    return (
        outer.x <= inner.x + NEAR
        and outer.y <= inner.y + NEAR
        and inner.x + inner.width <= outer.x + outer.width + NEAR
        and inner.y + inner.height <= outer.y + outer.height + NEAR
    )


def are_apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x + NEAR
        or other.x + other.width <= one.x + NEAR
        or one.y + one.height <= other.y + NEAR
        or other.y + other.height <= one.y + NEAR
    )


def touches(point: tuple[float, float], box: Box) -> bool:
    """Whether a point is on the upper or lower side of a box."""
    x, y = point
    ends = (box.y, box.y + box.height)
    return (
        box.x - NEAR <= x <= box.x + box.width + NEAR
        and min(abs(y - end) for end in ends) < NEAR
    )


class Test(unittest.TestCase):
    def each(self) -> Iterator[tuple[Machine, Box]]:
        for name, machine in MACHINES.items():
            for folded in (False, True):
                with self.subTest(machine=name, folded=folded):
                    yield machine, picture(machine, folded)

    def test_boxes_are_in_their_group_and_beside_each_other(self) -> None:
        for _, root in self.each():
            for box in boxes(root):
                for part in box.inside:
                    self.assertTrue(is_inside(part, box), (part.key, box.key))
                for one, other in combinations(box.inside, 2):
                    self.assertTrue(are_apart(one, other), (one.key, other.key))

    def test_arrows_touch_what_they_join(self) -> None:
        for _, root in self.each():
            for box in boxes(root):
                for line in box.arrows:
                    if line.route:
                        self.assertTrue(touches(line.route[0], line.tail))
                        self.assertTrue(touches(line.route[-1], line.head))

    def test_each_state_is_there_once_and_each_step(self) -> None:
        for machine, root in self.each():
            keys = [box.key for box in boxes(root)]
            self.assertEqual(len(keys), len(set(keys)))
            hidden = [b.key + "." for b in boxes(root) if b.kind is Kind.FOLDED]
            for path in machine.states:
                shown = path in keys
                self.assertNotEqual(shown, path.startswith(tuple(hidden)), path)
            drawn = {s for box in boxes(root) for a in box.arrows for s in a.steps}
            for step in steps(machine):
                if step.tail in keys and step.head in keys or step.tail == ANYWHERE:
                    self.assertIn(step, drawn)

    def test_pictures_are_xml(self) -> None:
        for machine, root in self.each():
            ElementTree.fromstring(emit_svg(machine))
            ElementTree.fromstring(inline(root))

    def test_pages_load_nothing_and_hold_what_they_say(self) -> None:
        page = emit_page(TOP, MACHINES["library"])
        self.assertIsNone(re.search(r'(src|href)="(?!#|data:)', page))
        self.assertIsNone(re.search(r"@import|url\(|\bfetch\b|innerHTML", page))
        self.assertEqual(page.count("</script>"), 3)
        self.assertEqual(page.count("<script"), 3)

    def test_examples_of_another_machine_are_refused(self) -> None:
        log = "libnbd: debug: a: nbd_poll: state CLOSED\na: nbd_poll: state NO.STATE"
        self.assertEqual(list(unknown_states(MACHINES["library"], log)), [2])

    def test_things_stand_where_they_wish_or_around_it(self) -> None:
        self.assertEqual(spread([1, 5, 9], [2, 2], [1, 1, 1]), [1, 5, 9])
        self.assertEqual(spread([5, 5], [4], [1, 1]), [3, 7])
        self.assertEqual(spread([5, 5], [4], [3, 1]), [4, 8])
        self.assertEqual(spread([], [], []), [])


if __name__ == "__main__":
    unittest.main()
