# SPDX-License-Identifier: MIT
"""Boxes and arrows as SVG elements; a style sheet says how they look."""

from __future__ import annotations

from html import escape
from typing import Iterable, Iterator

from nbdgen.emit.picture.boxes import HEADER, Box, Kind, Line
from nbdgen.emit.picture.layers import Point
from nbdgen.emit.states.outline import mark
from nbdgen.machine.model import Group, State

HEAD_LENGTH = 6.0  # of an arrow
HEAD_WIDTH = 3.2
LOOP = 11.0  # how far an arrow back to the same box reaches out


def draw(root: Box) -> list[str]:
    """The whole picture, a line for each element."""
    return list(_inside(root))


def _inside(box: Box) -> Iterator[str]:
    """The inside of a box: frames first, so that arrows are drawn over them."""
    frames = [part for part in box.inside if part.kind is not Kind.STATE]
    for part in frames:
        yield from _frame(part)
    for line in box.arrows:
        yield from _arrow(line)
    for part in box.inside:
        if part.kind is Kind.STATE:
            yield from _state(part)


def _frame(box: Box) -> Iterator[str]:
    """A group or a pin, with all that is in it."""
    if box.kind is Kind.PIN:
        yield f'<g class="pin">{_rect(box, box.height / 2)}'
        yield f"{_text(_middle(box), box.label)}</g>"
        return
    attributes = f'class="{box.kind.name.lower()}"'
    if box.group:
        attributes += f' data-group="{escape(box.group.path)}"'
    yield f"<g {attributes}>{_rect(box, 0 if box.kind is Kind.REGION else 8)}"
    if box.group:
        yield f"<title>{escape(_about(box.group))}</title>"
        yield from _name(box)
    yield from _inside(box)
    yield "</g>"


def _name(box: Box) -> Iterator[str]:
    """The name of a group, and how many states are hidden in it."""
    x, y = _middle(box)
    if box.kind is Kind.FOLDED:
        yield _text((x, y - 7), box.label, "name")
        yield _text((x, y + 8), box.hidden, "hidden")
    else:
        yield _text((x, box.y + HEADER / 2 + 1), box.label, "name")


def _state(box: Box) -> Iterator[str]:
    """A state: its name, and what it waits for."""
    state = box.state
    assert state
    classes = ["state", *(w for w in ("idle", "final") if getattr(state, w))]
    moves = {"r": "reads", "w": "writes", "rw": "reads writes"}.get(mark(state))
    if moves:
        classes.append(moves)
    path = escape(state.path)
    yield f'<g class="{" ".join(classes)}" data-state="{path}">'
    yield f"<title>{escape(_about(state))}</title>"
    yield _rect(box, 6)
    if state.idle:
        yield _rect(box, 4, inset=2.5, name="inner")
    x, y = _middle(box)
    if moves:
        yield _triangle(box.x + 10, y, 1 if "reads" in moves else -1, "mark")
        x += 5
    yield f"{_text((x, y), box.label)}</g>"


def _about(part: Group | State) -> str:
    """The text that is shown while the mouse is over a group or state."""
    return f"{part.path}: {part.title}."


# Arrows ------------------------------------------------------------------


def _arrow(line: Line) -> Iterator[str]:
    """An arrow with its text and the steps that it stands for."""
    taken = " ".join(f"{step.tail}>{step.head}" for step in line.steps)
    classes = "arrow event" if line.by_event else "arrow"
    route = line.route or _loop(line.tail)
    down = route[-1][1] > route[-2][1]
    if line.route:
        x, y = route[-1]
        back = HEAD_LENGTH if down else -HEAD_LENGTH
        path, head = _curve([*route[:-1], (x, y - back)]), _head(x, y, down)
    else:
        path, head = _bow(route)
    yield f'<g class="{classes}" data-steps="{escape(taken)}">'
    yield f'<path class="way" d="{path}"/><path class="head" d="{head}"/>'
    if line.text_at and line.label:
        yield _text(line.text_at, line.label, "label")
    yield "</g>"


def _curve(points: Iterable[Point]) -> str:
    """A path through all points that is vertical at each point."""
    (x, y), *rest = points
    path = f"M{_n(x)} {_n(y)}"
    for a, b in rest:
        if abs(a - x) < 0.05:
            path += f"V{_n(b)}"
        else:
            middle = (y + b) / 2
            path += f"C{_n(x)} {_n(middle)} {_n(a)} {_n(middle)} {_n(a)} {_n(b)}"
        x, y = a, b
    return path


def _loop(box: Box) -> tuple[Point, Point]:
    """Where an arrow leaves and comes back at the right of a box."""
    right, middle = box.x + box.width, box.y + box.height / 2
    return (right, middle - 6), (right, middle + 6)


def _bow(route: tuple[Point, ...]) -> tuple[str, str]:
    """The path and the head of an arrow back to the same box."""
    (x, top), (_, bottom) = route
    out = x + LOOP
    path = f"M{_n(x)} {_n(top)}C{_n(out)} {_n(top - 3)} {_n(out)} {_n(bottom + 2)} "
    path += f"{_n(x + 4)} {_n(bottom)}"
    head = f"M{_n(x)} {_n(bottom)}l5.5 -2.6v5.4z"
    return path, head


def _head(x: float, y: float, down: bool) -> str:
    """The head of an arrow that ends at this point."""
    back = -HEAD_LENGTH if down else HEAD_LENGTH
    return f"M{_n(x)} {_n(y)}l{-HEAD_WIDTH} {back}h{2 * HEAD_WIDTH}z"


# Elements ----------------------------------------------------------------


def _rect(box: Box, radius: float, inset: float = 0.0, name: str = "") -> str:
    """The outline of a box."""
    attributes = {
        "x": box.x + inset,
        "y": box.y + inset,
        "width": box.width - 2 * inset,
        "height": box.height - 2 * inset,
        "rx": radius,
    }
    numbers = " ".join(f'{key}="{_n(value)}"' for key, value in attributes.items())
    return f'<rect{f" class={name!r}" if name else ""} {numbers}/>'.replace("'", '"')


def _triangle(x: float, y: float, way: int, name: str) -> str:
    """A small triangle that points down (1) or up (-1)."""
    return (
        f'<path class="{name}" d="M{_n(x - 3.5)} {_n(y - 3 * way)}'
        f'h7l-3.5 {_n(6.0 * way)}z"/>'
    )


def _text(at: Point, text: str, name: str = "") -> str:
    """A line of text, whose middle is at a point."""
    about = f' class="{name}"' if name else ""
    return f'<text{about} x="{_n(at[0])}" y="{_n(at[1])}">{escape(text)}</text>'


def _middle(box: Box) -> Point:
    return box.x + box.width / 2, box.y + box.height / 2


def _n(number: float) -> str:
    """A coordinate, in as few characters as possible."""
    return f"{number:.1f}".removesuffix(".0").replace("-0.0", "0")
