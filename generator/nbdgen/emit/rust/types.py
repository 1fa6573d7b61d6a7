# SPDX-License-Identifier: MIT
"""bindings/rust/libnbd: enums, flags, constants, and the C side of closures."""

from __future__ import annotations

from string import Template
from typing import Sequence

from api.constants import CALLBACKS, CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen import releases
from nbdgen.calls.model import Callback, CbArg, Constant, EnumGroup, Function, Group
from nbdgen.emit.c.cdecl import callback_params, closure_type
from nbdgen.emit.rust.model import (
    RustProse,
    camel,
    closure_args,
    group_type,
    prose_of,
    rustdoc,
)
from nbdgen.emit.rust.sys import declared_type

TYPES = Template(
    """\
//! Enums, flags and constants.

use crate::flags::{enums, flags};

$enums
$flags
$constants
"""
)


def _members(group: Group, prose: RustProse) -> str:
    rows = []
    for member in group.members:
        name = camel(member.name) if isinstance(group, EnumGroup) else member.name
        doc = rustdoc(
            [f"{prose.sentence(member.text)}  Since {releases.words(member.since)}."],
            "        ",
        )
        rows.append(f"{doc}\n        {name} = {member.value};")
    return "\n".join(rows)


def _group(macro: str, group: Group, prose: RustProse) -> str:
    doc = rustdoc([group.text], "    ")
    inside = _members(group, prose)
    return f"{macro}! {{\n{doc}\n    {group_type(group)} {{\n{inside}\n    }}\n}}\n"


def _constant(constant: Constant, prose: RustProse) -> str:
    value = constant.value
    doc = rustdoc(
        [f"{prose.sentence(constant.text)}  Since {releases.words(constant.since)}."]
    )
    if isinstance(value, str):
        return f'{doc}\npub const {constant.name}: &str = "{value}";'
    return f"{doc}\npub const {constant.name}: u32 = {value};"


def emit_types(functions: Sequence[Function]) -> str:
    """The text of types.rs."""
    prose = prose_of(functions)
    return TYPES.substitute(
        enums="\n".join(_group("enums", group, prose) for group in ENUMS),
        flags="\n".join(_group("flags", group, prose) for group in FLAG_GROUPS),
        constants="\n".join(_constant(constant, prose) for constant in CONSTANTS),
    )


# The C functions that call closures ---------------------------------------

CALLBACKS_RS = Template(
    """\
//! The C functions through which the library calls closures.

use std::os::raw::{c_char, c_int, c_uint, c_void};

use libnbd_sys as sys;

use crate::closures::{self, Shared};
use crate::{glue, NbdExtent};

$functions
"""
)

FUNCTION = Template(
    """\
// The library's form of a closure for $type.
pub(crate) fn $name<F>(shared: &Shared<F>) -> sys::$type
where
    F: FnMut($args) -> i32 + Send,
{
    unsafe extern "C" fn call<F>(
$params
    ) -> c_int
    where
        F: FnMut($args) -> i32 + Send,
    {
        // SAFETY: the library passes what the closure was made with, and
        // arguments that are valid during the call.
        unsafe {
$borrow\
            closures::call::<F, _>(user_data, $error, |f, $unused| {
                f($values)
            })
        }
    }
    sys::$type {
        callback: Some(call::<F>),
        user_data: shared.lend(),
        free: Some(closures::free::<F>),
    }
}
"""
)


def _value(kind: CbArg, name: str) -> str:
    match kind:
        case CbArg.BYTES_IN:
            return f"glue::slice({name}.cast(), count)"
        case CbArg.STRING:
            return f"&{name}"
        case CbArg.UINT64 | CbArg.INT64 | CbArg.UINT:
            return name
        case CbArg.MUTABLE_INT:
            return "error"
        case CbArg.EXTENTS32 | CbArg.EXTENTS64:
            return f"glue::slice({name}, nr_entries)"


def _callback(callback: Callback) -> str:
    strings = [name for kind, name in callback.args if kind is CbArg.STRING]
    errors = [name for kind, name in callback.args if kind is CbArg.MUTABLE_INT]
    return FUNCTION.substitute(
        name=callback.name,
        type=closure_type(callback),
        args=closure_args(callback),
        params="\n".join(
            "        "
            + declared_type(text).replace("*mut nbd_extent", "*mut sys::nbd_extent")
            + ","
            for text in callback_params(callback)
        ),
        borrow="".join(
            f"            let {name} = glue::text({name});\n" for name in strings
        ),
        error=errors[0] if errors else "std::ptr::null_mut()",
        unused="error" if errors else "_",
        values=", ".join(_value(kind, name) for kind, name in callback.args),
    )


def emit_callbacks(functions: Sequence[Function]) -> str:
    """The text of callbacks.rs; a completion runs once and has its own form."""
    del functions
    several = [callback for callback in CALLBACKS if callback.name != "completion"]
    return CALLBACKS_RS.substitute(functions="\n".join(map(_callback, several)))
