# SPDX-License-Identifier: MIT
"""include/libnbd.h: constants, closures, prototypes and feature macros."""

from __future__ import annotations

from string import Template
from typing import Sequence

from nbdgen.calls import kinds
from nbdgen.calls.model import Body, Function, Ret
from nbdgen.emit.c.cdecl import (
    SPECIAL_PROTOTYPES,
    callback_params,
    closure_type,
    comment,
    declaration,
    fill,
    member_name,
    params,
)

HEADER = Template(
    """\
#ifndef LIBNBD_H
#define LIBNBD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined (__GNUC__)
#define LIBNBD_GCC_VERSION \\
  (__GNUC__ * 10000 + __GNUC_MINOR__ * 100 + __GNUC_PATCHLEVEL__)
#endif

/* Parameters that must not be NULL.  Define it before including this file
 * to say something else. */
#ifndef LIBNBD_ATTRIBUTE_NONNULL
#if defined (LIBNBD_GCC_VERSION) && LIBNBD_GCC_VERSION >= 120000
#define LIBNBD_ATTRIBUTE_NONNULL(...) __attribute__ ((nonnull (__VA_ARGS__)))
#else
#define LIBNBD_ATTRIBUTE_NONNULL(...)
#endif
#endif

/* The caller has to free the result with fn. */
#if defined (LIBNBD_GCC_VERSION) && LIBNBD_GCC_VERSION >= 120000
#define LIBNBD_ATTRIBUTE_ALLOC_DEALLOC(fn) \\
  __attribute__ ((malloc, malloc (fn, 1)))
#else
#define LIBNBD_ATTRIBUTE_ALLOC_DEALLOC(fn)
#endif

/* One connection to an NBD server. */
struct nbd_handle;

/* A piece of an export that has the same flags throughout. */
typedef struct {
  uint64_t length;
  uint64_t flags;
} nbd_extent;

$constants
$closures
/* No completion callback.  Completion is the only closure that is optional. */
#define NBD_NULL_COMPLETION ((nbd_completion_callback) { .callback = NULL })

$functions
#ifdef __cplusplus
}
#endif

#endif /* LIBNBD_H */
"""
)

CLOSURE = Template(
    """\
$comment
#define LIBNBD_HAVE_NBD_${capitals}_CALLBACK 1
typedef struct {
$pointer;
  void *user_data;
  void (*free) (void *user_data);
} $type;
"""
)

FUNCTION = Template(
    """\
$comment
#define LIBNBD_HAVE_NBD_$capitals 1
$prototype;
"""
)


def define(name: str, value: str) -> str:
    return f"#define {name:<42} {value}"


def number(value: int | str) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def enum_group(group: kinds.EnumGroup) -> str:
    lines = [comment(group.text)]
    for member in group.members:
        lines.append(define(member_name(group, member), number(member.value)))
    return "\n".join(lines) + "\n"


def flag_group(group: kinds.FlagGroup) -> str:
    lines = [comment(group.text)]
    for member in group.members:
        lines.append(define(member_name(group, member), f"0x{member.value:02x}U"))
    lines.append(define(f"LIBNBD_{group.name}_MASK", f"0x{group.mask:02x}U"))
    return "\n".join(lines) + "\n"


def constant_list(constants: Sequence[kinds.Constant]) -> str:
    lines = [define(f"LIBNBD_{c.name}", number(c.value)) for c in constants]
    return "\n".join(lines) + "\n"


def closure(callback: kinds.Callback) -> str:
    pointer = fill("  int (*callback)", callback_params(callback), "")
    return CLOSURE.substitute(
        comment=comment(callback.text),
        capitals=callback.name.upper(),
        pointer=pointer,
        type=closure_type(callback),
    )


def attributes(function: Function) -> list[str]:
    if function.name == "create":
        return ["LIBNBD_ATTRIBUTE_ALLOC_DEALLOC (nbd_close)"]
    if function.body is Body.SPECIAL:
        return []
    numbers = [
        str(position)
        for position, param in enumerate(params(function), start=1)
        if param.nonnull
    ]
    found = [f"LIBNBD_ATTRIBUTE_NONNULL ({', '.join(numbers)})"]
    if function.returns is Ret.STRING:
        # The builtin, because this file does not declare free.
        found.append("LIBNBD_ATTRIBUTE_ALLOC_DEALLOC (__builtin_free)")
    return found


def prototype(function: Function) -> str:
    name = f"nbd_{function.name}"
    if function.body is Body.SPECIAL:
        ctype, texts = SPECIAL_PROTOTYPES[function.name]
        text = declaration(f"extern {ctype}", name, texts)
    else:
        ctype = f"extern {function.returns.ctype}"
        text = declaration(ctype, name, [str(p) for p in params(function)])
    return "\n    ".join([text, *attributes(function)])


def feature(function: Function) -> str:
    return FUNCTION.substitute(
        comment=comment(function.summary[:1].upper() + function.summary[1:] + "."),
        capitals=function.name.upper(),
        prototype=prototype(function),
    )


def emit_header(
    functions: Sequence[Function],
    enums: Sequence[kinds.EnumGroup],
    flags: Sequence[kinds.FlagGroup],
    constants: Sequence[kinds.Constant],
    callbacks: Sequence[kinds.Callback],
) -> str:
    """The text of libnbd.h."""
    # nbd_create names nbd_close in an attribute, so close comes first.
    ordered = sorted(functions, key=lambda f: f.name != "close")
    blocks = [
        *map(enum_group, enums),
        *map(flag_group, flags),
        constant_list(constants),
    ]
    return HEADER.substitute(
        constants="\n".join(blocks),
        closures="\n".join(map(closure, callbacks)),
        functions="\n".join(map(feature, ordered)),
    )
