# SPDX-License-Identifier: MIT
"""bindings/ocaml: the generated files of the binding."""

from __future__ import annotations

from typing import Mapping, Sequence

from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen.calls.model import Function
from nbdgen.emit.ocaml.c import emit_stubs_c
from nbdgen.emit.ocaml.ml import emit_nbd_ml
from nbdgen.emit.ocaml.mli import emit_nbd_mli
from nbdgen.emit.ocaml.promises import emit_promises


def emit_ocaml(functions: Sequence[Function]) -> Mapping[str, str]:
    """Path -> text of every generated file of the binding."""
    promises_mli, promises_ml = emit_promises(functions)
    return {
        "bindings/ocaml/NBD.ml": emit_nbd_ml(functions, ENUMS, FLAG_GROUPS, CONSTANTS),
        "bindings/ocaml/NBD.mli": emit_nbd_mli(
            functions, ENUMS, FLAG_GROUPS, CONSTANTS
        ),
        "bindings/ocaml/NBD_async.ml": promises_ml,
        "bindings/ocaml/NBD_async.mli": promises_mli,
        "bindings/ocaml/stubs.c": emit_stubs_c(functions),
    }
