# SPDX-License-Identifier: MIT
"""bindings/node: the generated files of the npm package."""

from __future__ import annotations

from typing import Mapping, Sequence

from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen.calls.model import Function
from nbdgen.emit.node.c import emit_methods_c
from nbdgen.emit.node.dts import emit_constants_dts, emit_nbd_dts
from nbdgen.emit.node.js import emit_constants_js, emit_nbd_js
from nbdgen.emit.python.model import all_constants


def emit_node(functions: Sequence[Function]) -> Mapping[str, str]:
    """Path -> text of every generated file of the package."""
    constants = all_constants(ENUMS, FLAG_GROUPS, CONSTANTS)
    return {
        "bindings/node/lib/constants.d.ts": emit_constants_dts(constants),
        "bindings/node/lib/constants.js": emit_constants_js(constants),
        "bindings/node/lib/nbd.d.ts": emit_nbd_dts(functions),
        "bindings/node/lib/nbd.js": emit_nbd_js(functions),
        "bindings/node/src/methods.c": emit_methods_c(functions),
    }
