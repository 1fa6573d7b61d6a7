# SPDX-License-Identifier: MIT
"""bindings/rust: the generated files of the two crates."""

from __future__ import annotations

from typing import Mapping, Sequence

from nbdgen.calls.model import Function
from nbdgen.emit.rust.calls import emit_calls
from nbdgen.emit.rust.futures import emit_async_calls
from nbdgen.emit.rust.sys import emit_sys
from nbdgen.emit.rust.types import emit_callbacks, emit_types

SYS = "bindings/rust/libnbd-sys/src"
SAFE = "bindings/rust/libnbd/src/generated"


def emit_rust(functions: Sequence[Function]) -> Mapping[str, str]:
    """Path -> text of every generated file of the binding."""
    return {
        f"{SYS}/lib.rs": emit_sys(functions),
        f"{SAFE}/async_calls.rs": emit_async_calls(functions),
        f"{SAFE}/callbacks.rs": emit_callbacks(functions),
        f"{SAFE}/calls.rs": emit_calls(functions),
        f"{SAFE}/types.rs": emit_types(functions),
    }
