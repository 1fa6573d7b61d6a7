# SPDX-License-Identifier: MIT
"""bindings/python: the generated files of the Python module."""

from __future__ import annotations

from typing import Mapping, Sequence

from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen.calls import Function
from nbdgen.emit_python_c import emit_methods_c
from nbdgen.emit_python_py import emit_nbd_py
from nbdgen.emit_python_pyi import emit_nbd_pyi
from nbdgen.python_model import all_constants


def emit_python(functions: Sequence[Function]) -> Mapping[str, str]:
    """Path -> text of every generated file of the module."""
    constants = all_constants(ENUMS, FLAG_GROUPS, CONSTANTS)
    return {
        "bindings/python/methods.c": emit_methods_c(functions),
        "bindings/python/nbd.py": emit_nbd_py(functions, constants),
        "bindings/python/nbd.pyi": emit_nbd_pyi(functions, constants),
    }
