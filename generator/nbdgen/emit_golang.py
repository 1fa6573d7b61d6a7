# SPDX-License-Identifier: MIT
"""bindings/golang: the generated files of the binding."""

from __future__ import annotations

from typing import Mapping, Sequence

from nbdgen.calls import Function


def emit_golang(functions: Sequence[Function]) -> Mapping[str, str]:
    """Path -> text of every generated file of the binding."""
    return {}
