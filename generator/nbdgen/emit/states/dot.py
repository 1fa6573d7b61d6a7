# SPDX-License-Identifier: MIT
"""docs/states.dot: the machine as a picture, a cluster per group."""

from __future__ import annotations

from nbdgen.machine.model import FIRST, IO_KINDS, Group, Machine, On, State

_HEAD = """\
digraph states {
  rankdir = TB; compound = true; newrank = true;
  fontname = "sans-serif"; fontsize = 16;
  node [fontname = "sans-serif", fontsize = 12, shape = box,
        style = "rounded,filled", fillcolor = white];
  edge [fontname = "sans-serif", fontsize = 10];
"""
# Light colours on which black text is read with ease.
_COLOURS = {"READ": "#d5e8f7", "WRITE": "#fde5c8"}
_REGION_STYLE = 'style = "dashed,rounded"; bgcolor = "#fafafa"'
_GROUP_STYLE = "style = rounded; color = gray"


def emit_dot(machine: Machine) -> str:
    """Nodes in nested clusters, then all edges."""
    lines = [_HEAD.rstrip("\n"), *_group(machine, machine.root, 1)]
    for state in machine.states.values():
        lines += _edges(machine, state)
    for group in machine.groups.values():
        # From the border of a cluster; Graphviz wants a node inside, too.
        inside = group.path if group.composite else group.member(FIRST)
        more = f', ltail = "cluster_{group.path}"' if group.path else ""
        lines += [_event(inside, on, more) for on in group.on]
    for composite in machine.composites:
        for region in composite.region_groups:
            first = machine.groups[region].member(FIRST)
            lines.append(f'  "{composite.path}" -> "{first}";')
    return "\n".join([*lines, "}"]) + "\n"


def _group(machine: Machine, group: Group, depth: int) -> list[str]:
    """The nodes of a group and the clusters of its sub-groups."""
    pad = "  " * depth
    lines: list[str] = []
    if group.composite:
        lines.append(f'{pad}"{group.path}" [shape = point, width = 0.15];')
    for state in group.states:
        lines.append(f'{pad}"{state.path}" [{_node(state)}];')
    for path in group.subgroups:
        sub = machine.groups[path]
        region = group.composite
        lines.append(f'{pad}subgraph "cluster_{path}" {{')
        label = f"{sub.name} (region)" if region else sub.name
        style = _REGION_STYLE if region else _GROUP_STYLE
        tooltip = _quoted(f"{sub.title}.")
        lines.append(f'{pad}  label = "{label}"; tooltip = {tooltip};')
        lines.append(f"{pad}  {style};")
        lines += _group(machine, sub, depth + 1)
        lines.append(f"{pad}}}")
    return lines


def _node(state: State) -> str:
    """How a state looks: coloured if it moves bytes, bold if it is final."""
    attributes = [f'label = "{state.name}"', f"tooltip = {_quoted(f'{state.title}.')}"]
    if state.io:
        colour = _COLOURS[IO_KINDS[state.io.kind].direction]
        attributes.append(f'fillcolor = "{colour}"')
    if state.final:
        attributes.append("penwidth = 2.5")
    if state.idle:
        attributes.append("peripheries = 2")
    return ", ".join(attributes)


def _edges(machine: Machine, state: State) -> list[str]:
    """Events are dashed and named, the others are solid."""
    lines: list[str] = []
    for on in state.own_on:
        lines.append(_event(state.path, on, ""))
    targets = [reference.target for reference in state.goes_to]
    for target in targets + list(machine.dispatch_targets(state)):
        lines.append(f'  "{state.path}" -> "{target}";')
    return lines


def _event(start: str, on: On, more: str) -> str:
    """A dashed arrow with the event's name."""
    label = on.event.lower().replace("_", " ")
    return f'  "{start}" -> "{on.to.target}" [style = dashed, label = "{label}"{more}];'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
