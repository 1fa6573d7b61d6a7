# SPDX-License-Identifier: MIT
"""bindings/python: the generated files of the Python module."""

from __future__ import annotations

from typing import Mapping, Sequence

from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen.calls.model import Function
from nbdgen.emit.python.c import emit_methods_c
from nbdgen.emit.python.model import all_constants
from nbdgen.emit.python.py import emit_nbd_py
from nbdgen.emit.python.pyi import emit_nbd_pyi


def emit_python(
    functions: Sequence[Function], snippets: Mapping[str, str]
) -> Mapping[str, str]:
    """Path -> text of every generated file of the module, with these examples."""
    constants = all_constants(ENUMS, FLAG_GROUPS, CONSTANTS)
    return {
        "bindings/python/methods.c": emit_methods_c(functions),
        "bindings/python/nbd/__init__.py": emit_nbd_py(functions, constants, snippets),
        "bindings/python/nbd/__init__.pyi": emit_nbd_pyi(functions, constants),
    }
