# SPDX-License-Identifier: MIT
"""bindings/golang: the generated files of the binding."""

from __future__ import annotations

from typing import Mapping, Sequence

from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen.calls.model import Function, Group
from nbdgen.emit.golang.c import emit_wrappers_c, emit_wrappers_h
from nbdgen.emit.golang.go import (
    emit_callbacks_go,
    emit_constants_go,
    emit_methods_go,
)


def emit_golang(functions: Sequence[Function]) -> Mapping[str, str]:
    """Path -> text of every generated file of the binding."""
    groups: list[Group] = [*ENUMS, *FLAG_GROUPS]
    return {
        "bindings/golang/callbacks.go": emit_callbacks_go(functions),
        "bindings/golang/constants.go": emit_constants_go(groups, CONSTANTS),
        "bindings/golang/methods.go": emit_methods_go(functions),
        "bindings/golang/wrappers.c": emit_wrappers_c(functions),
        "bindings/golang/wrappers.h": emit_wrappers_h(functions),
    }
