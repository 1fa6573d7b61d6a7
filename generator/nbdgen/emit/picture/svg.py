# SPDX-License-Identifier: MIT
"""docs/machine.svg: the groups of the machine, for readers of README."""

from __future__ import annotations

from nbdgen.emit.picture.boxes import Box, picture
from nbdgen.emit.picture.draw import draw
from nbdgen.emit.picture.style import style
from nbdgen.machine.model import Machine

MARGIN = 14.0
LEGEND = (
    "▼ waits for the server   ▲ waits until it can send   dashed arrow: on an event",
    "double line: idle   thick line: final   dotted box: one of these is chosen",
)
LEGEND_LINE = 15.0


def emit_svg(machine: Machine) -> str:
    """The picture as a file with its style sheet and background."""
    root = picture(machine, folded=True)
    width, height = root.width + 2 * MARGIN, root.height + MARGIN
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{machine.root.title}" {_size(width, height, len(LEGEND))}>',
        f"<style>\n{style('colours.css', 'picture.css')}</style>",
        '<rect width="100%" height="100%" rx="10" fill="var(--paper)"/>',
        f'<g transform="translate({MARGIN} {MARGIN / 2})">',
        *draw(root),
        "</g>",
    ]
    for number, text in enumerate(LEGEND):
        y = height + number * LEGEND_LINE
        lines.append(
            f'<text class="legend" x="{width / 2:.1f}" y="{y:.1f}">{text}</text>'
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


def inline(root: Box) -> str:
    """The picture of all states for the page, whose script adds tokens."""
    return "\n".join(
        [
            '<svg role="group" aria-label="States" '
            f'viewBox="0 0 {root.width:.1f} {root.height:.1f}">',
            '<g id="world">',
            *draw(root),
            '<path id="jump" d=""/>',
            '<g id="tokens"></g>',
            "</g>",
            "</svg>",
        ]
    )


def _size(width: float, height: float, lines: int) -> str:
    """The attributes for the size."""
    height += lines * LEGEND_LINE
    return (
        f'width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}"'
    )
