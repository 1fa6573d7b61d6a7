# SPDX-License-Identifier: MIT
"""What the generated Rust files have in common: types, names and prose."""

from __future__ import annotations

import re
from typing import Iterable, Mapping, Sequence, assert_never

from api.constants import CONSTANTS, ENUMS, FLAG_GROUPS
from nbdgen import doc, releases
from nbdgen.calls import kinds
from nbdgen.calls.check_api import argument_names, known_names
from nbdgen.calls.model import Arg, CbArg, Function, Group, OptArg
from nbdgen.emit.comments import Prose, paragraphs
from nbdgen.emit.rust.words import code_in_rust, error_name, in_rust

WIDTH = 88

# The type of each callback argument of a Rust closure.
CALLBACK_TYPES = {
    CbArg.BYTES_IN: "&[u8]",
    CbArg.STRING: "&str",
    CbArg.UINT64: "u64",
    CbArg.INT64: "i64",
    CbArg.UINT: "u32",
    CbArg.MUTABLE_INT: "&mut i32",
    CbArg.EXTENTS32: "&[u32]",
    CbArg.EXTENTS64: "&[NbdExtent]",
}

# Functions that are not methods of Handle with the same name, and what replaces them.
EXCEPTIONS = {
    "create": "Handle::new",
    "close": "Handle::close",
    "get_error": "Error",
    "get_errno": "Error::errno",
}


def camel(name: str) -> str:
    """CMD_FLAG becomes CmdFlag."""
    return "".join(word.capitalize() for word in name.split("_"))


def group_type(group: Group) -> str:
    return camel(group.name)


def closure_args(callback: kinds.Callback) -> str:
    return ", ".join(CALLBACK_TYPES[kind] for kind, _ in callback.args)


def buffer_of(function: Function) -> kinds.BytesIn | kinds.BytesOut | None:
    """The argument that is a caller's memory."""
    for arg in function.args:
        if isinstance(arg, (kinds.BytesIn, kinds.BytesOut)):
            return arg
    return None


def is_owned(arg: Arg | OptArg | None) -> bool:
    """Whether the buffer is moved into the command."""
    return isinstance(arg, (kinds.BytesIn, kinds.BytesOut)) and arg.persist


def _constant_names() -> Mapping[str, str]:
    """LIBNBD_ constants as this crate spells them."""
    names: dict[str, str] = {}
    for enum in ENUMS:
        for member in enum.members:
            variant = f"{group_type(enum)}::{camel(member.name)}"
            names[f"LIBNBD_{enum.name}_{member.name}"] = variant
    for group in FLAG_GROUPS:
        names[f"LIBNBD_{group.name}_MASK"] = f"{group_type(group)}::all"
        for member in group.members:
            flag = f"{group_type(group)}::{member.name}"
            names[f"LIBNBD_{group.name}_{member.name}"] = flag
    for constant in CONSTANTS:
        names[f"LIBNBD_{constant.name}"] = constant.name
    return names


NAMES = _constant_names()

MARKUP = re.compile(r"([\\*_<>\[\]`#])")


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKUP.sub(r"\\\1", text)


def code(text: str) -> str:
    return f"`{text}`"


def link(name: str, shown: str = "") -> str:
    return f"[`{shown or name}`](crate::{name})"


class RustProse(Prose):
    """Renders the text of records as Markdown."""

    def __init__(
        self, names: doc.Names, in_c: bool, waiting: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(names)
        self.in_c = in_c  # names stay those of C, without links
        self.waiting = waiting  # functions whose future is meant
        self.inside = False  # this is the page of the type

    def of(self, function: Function) -> RustProse:
        names = self.names.with_args(argument_names(function))
        prose = RustProse(names, self.in_c, self.waiting)
        prose.inside = True
        return prose

    def line(self, text: str) -> str:
        return super().line(text if self.in_c else in_rust(text))

    def blocks(self, text: str) -> list[str]:
        return super().blocks(text if self.in_c else in_rust(text))

    def sentence(self, text: str) -> str:
        shown = self.line(text)
        end = "" if shown.endswith(".") else "."
        return f"{shown[:1].upper()}{shown[1:]}{end}"

    def paragraph(self, text: str) -> str:
        return text

    def code(self, text: str) -> str:
        shown = text if self.in_c else code_in_rust(text)
        return f"```text\n{shown}\n```"

    def item(self, text: str) -> str:
        return f"- {text}"

    def word(self, part: doc.Inline) -> str:
        match part:
            case doc.Text(text):
                return escape(text)
            case doc.Literal(text) | doc.ArgName(text):
                return code(text)
            case doc.FunctionName(name):
                if self.in_c:
                    return code(f"nbd_{name}")
                if name in EXCEPTIONS:
                    return link(EXCEPTIONS[name])
                owner = "AsyncHandle" if name in self.waiting else "Handle"
                return link(f"{owner}::{name}", name if self.inside else "")
            case doc.ConstantName(name):
                known = name in NAMES and not self.in_c
                return link(NAMES[name]) if known else code(name)
            case doc.Page(name, section):
                return escape(f"{name}({section})")
            case _:
                assert_never(part)


def prose_of(
    functions: Sequence[Function], in_c: bool = False, waiting: Iterable[str] = ()
) -> RustProse:
    names = known_names(list(functions)).speaking("c" if in_c else "rust")
    return RustProse(names, in_c, frozenset(waiting))


def rustdoc(blocks: Iterable[str], indent: str = "") -> str:
    """A documentation comment of these paragraphs."""
    lines = paragraphs(blocks, WIDTH - len(indent) - 4)
    return "\n".join(f"{indent}/// {line}".rstrip() for line in lines)


OWNED = """\
`{buf}` is moved into the command, which gives it to `completion` when it has
finished.  Until then nobody else can touch it, also if the handle is forgotten.
It is dropped if the call fails."""


def documentation(
    function: Function,
    shown: RustProse,
    arguments: Iterable[tuple[str, str]],
    extra: Iterable[str] = (),
) -> str:
    """The comment above a method."""
    shown = shown.of(function)
    parts = [shown.sentence(function.summary), *shown.blocks(function.text)]
    parts += extra
    rows = [f"- `{name}`: {shown.line(text)}" for name, text in arguments]
    if rows:
        parts += ["# Arguments", *rows]
    rows = [
        f"- {error_name(name)}: {shown.line(why)}"
        for name, why in function.errors.items()
        if name != "EFAULT"  # there is no NULL here
    ]
    if rows:
        parts += ["# Errors", *rows]
    related = ", ".join(shown.word(doc.FunctionName(n)) for n in function.see_also)
    since = f"Since {releases.words(function.since)}."
    parts.append(f"{since}  See also {related}." if related else since)
    return rustdoc(parts, "    ")
