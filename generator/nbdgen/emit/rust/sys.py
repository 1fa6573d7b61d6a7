# SPDX-License-Identifier: MIT
"""bindings/rust/libnbd-sys: the C interface as Rust declares it."""

from __future__ import annotations

from string import Template
from typing import Sequence

from api.constants import CALLBACKS, CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen.calls.model import (
    Body,
    Callback,
    Constant,
    EnumGroup,
    FlagGroup,
    Function,
    Group,
)
from nbdgen.emit.c.cdecl import (
    SPECIAL_PROTOTYPES,
    callback_params,
    closure_type,
    member_name,
    params,
)
from nbdgen.emit.rust.model import RustProse, prose_of, rustdoc

SOURCE = Template(
    """\
//! The C interface of libnbd, as its header declares it.
//!
//! Everything here is unsafe to use and documented in the manual page of the same
//! name.  Programs want the crate `libnbd`, which is built on this one.

#![deny(missing_docs)]
#![allow(non_camel_case_types)]

use std::marker::{PhantomData, PhantomPinned};
#[doc(no_inline)]
pub use std::os::raw::{c_char, c_int, c_uint, c_void};

/// The C type `socklen_t`.
pub type socklen_t = u32;

/// One connection to an NBD server.
#[repr(C)]
pub struct nbd_handle {
    data: [u8; 0],
    marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// A socket address of any family.
#[repr(C)]
pub struct sockaddr {
    data: [u8; 0],
    marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// A piece of an export that has the same flags throughout.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct nbd_extent {
    /// How many bytes it has.
    pub length: u64,
    /// What the metadata context says of them.
    pub flags: u64,
}

$constants
$closures
extern "C" {
$functions
}
"""
)

TYPES = {
    "struct nbd_handle *": "*mut nbd_handle",
    "const struct sockaddr *": "*const sockaddr",
    "const char *": "*const c_char",
    "char *": "*mut c_char",
    "char **": "*mut *mut c_char",
    "const void *": "*const c_void",
    "void *": "*mut c_void",
    "uint32_t *": "*mut u32",
    "nbd_extent *": "*mut nbd_extent",
    "int *": "*mut c_int",
    "void": "()",
    "bool": "bool",
    "int": "c_int",
    "unsigned": "c_uint",
    "uint32_t": "u32",
    "uint64_t": "u64",
    "int64_t": "i64",
    "size_t": "usize",
    "ssize_t": "isize",
    "uintptr_t": "usize",
    "socklen_t": "socklen_t",
}


def rust_type(ctype: str) -> str:
    """The Rust type for a C type; closures keep their names."""
    if ctype.endswith("_callback"):
        return ctype
    return TYPES[ctype]


def declared_type(text: str) -> str:
    """`const char *name` as `name: *const c_char`."""
    at = max(text.rfind(" "), text.rfind("*")) + 1
    ctype = text[:at] if text[at - 1] == "*" else text[: at - 1]
    return f"{text[at:]}: {rust_type(ctype)}"


def _constant(name: str, value: int | str, kind: str, doc: str) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    shown = "&str" if isinstance(value, str) else kind
    return f"{doc}\npub const {name}: {shown} = {text};"


def _group(group: Group, prose: RustProse) -> list[str]:
    kind = "c_int" if isinstance(group, EnumGroup) else "u32"
    made = [
        _constant(
            member_name(group, member),
            member.value,
            kind,
            rustdoc([prose.sentence(member.text)]),
        )
        for member in group.members
    ]
    if isinstance(group, FlagGroup):
        name = f"LIBNBD_{group.name}_MASK"
        made.append(_constant(name, group.mask, kind, "/// All of them."))
    return made


def _single(constant: Constant, prose: RustProse) -> str:
    doc = rustdoc([prose.sentence(constant.text)])
    return _constant(f"LIBNBD_{constant.name}", constant.value, "c_uint", doc)


CLOSURE = Template(
    """\
$doc
#[repr(C)]
#[derive(Clone, Copy)]
pub struct $type {
    /// The function.
    pub callback: Option<
        unsafe extern "C" fn(
$params
        ) -> c_int,
    >,
    /// Its first argument.
    pub user_data: *mut c_void,
    /// Called once when the closure is not needed any more.
    pub free: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}
"""
)


def _closure(callback: Callback) -> str:
    return CLOSURE.substitute(
        doc=rustdoc([callback.text]),
        type=closure_type(callback),
        params="\n".join(
            f"            {declared_type(text)}," for text in callback_params(callback)
        ),
    )


def _function(function: Function, prose: RustProse) -> str:
    if function.body is Body.SPECIAL:
        ctype, texts = SPECIAL_PROTOTYPES[function.name]
        declared = [declared_type(text) for text in texts if text != "void"]
    else:
        ctype = function.returns.ctype
        declared = [f"{p.name}: {rust_type(p.ctype)}" for p in params(function)]
    result = rust_type(ctype)
    end = ";" if result == "()" else f" -> {result};"
    doc = rustdoc([prose.sentence(function.summary)], "    ")
    inside = ", ".join(declared)
    return f"{doc}\n    pub fn nbd_{function.name}({inside}){end}"


def emit_sys(functions: Sequence[Function]) -> str:
    """The text of libnbd-sys/src/lib.rs."""
    prose = prose_of(functions, in_c=True)
    groups: list[Group] = [*ENUMS, *FLAG_GROUPS]
    constants = [text for group in groups for text in _group(group, prose)]
    constants += [_single(constant, prose) for constant in CONSTANTS]
    return SOURCE.substitute(
        constants="\n".join(constants),
        closures="\n".join(map(_closure, CALLBACKS)),
        functions="\n".join(_function(f, prose) for f in functions),
    )
