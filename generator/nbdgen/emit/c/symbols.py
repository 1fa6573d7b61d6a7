# SPDX-License-Identifier: MIT
"""lib/libnbd.syms: which symbols the shared library exports, and since when."""

from __future__ import annotations

from string import Template
from typing import Sequence

from nbdgen import releases
from nbdgen.calls.model import Function
from nbdgen.emit.c.cdecl import by_version

NODE = Template(
    """\
$node {
  global:
$names$local\
}$parent;
"""
)


def emit_symbols(functions: Sequence[Function]) -> str:
    """Version nodes, each depending on the one before."""
    nodes = []
    parent = ""
    for since, members in by_version(functions).items():
        names = sorted(f"    nbd_{function.name};\n" for function in members)
        nodes.append(
            NODE.substitute(
                node=releases.node(since),
                names="".join(names),
                # Once is enough, and a second wildcard would be ambiguous.
                local="" if parent else "  local:\n    *;\n",
                parent=parent,
            )
        )
        parent = f" {releases.node(since)}"
    return "\n".join(nodes)
