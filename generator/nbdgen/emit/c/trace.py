# SPDX-License-Identifier: MIT
"""Debug output of a wrapper: what it was called with and how it ended."""

from __future__ import annotations

from string import Template
from typing import Sequence, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Function, OptArg, Ret
from nbdgen.emit.c.cdecl import fill

FORMAT_WIDTH = 62  # columns after "    nbdi_debug ("

ENTER = Template(
    """\
  if (unlikely (h->session.trace.on))
$call
"""
)
ENTER_BLOCK = Template(
    """\
  if (unlikely (h->session.trace.on)) {
$printables$call
  }
"""
)
ENTER_PLAIN = """\
  if (unlikely (h->session.trace.on))
    nbdi_debug (&h->session.trace, "enter:");
"""

PRINTABLE = "    CLEANUP_TEXT const char *{0}_text = {1} ({0});\n"

LEAVE = Template(
    """\
  if (unlikely (h->session.trace.on)) {
    if (ret == $error)
      leave_error (h);
    else
      $leave (h, ret);
  }
"""
)
LEAVE_SURE = Template(
    """\
  if (unlikely (h->session.trace.on))
    $leave (h, ret);
"""
)


def shown(arg: Arg | OptArg) -> tuple[str, str] | None:
    """Format, as C source, and value of an argument in debug output."""
    match arg:
        case kinds.Bool():
            return f'" {arg.name}=%s"', f'{arg.name} ? "true" : "false"'
        case kinds.Int() | kinds.Fd() | kinds.EnumArg():
            return f'" {arg.name}=%d"', arg.name
        case kinds.FlagsArg() | kinds.OFlags():
            return f'" {arg.name}=0x%" PRIx32', arg.name
        case kinds.UInt32():
            return f'" {arg.name}=%" PRIu32', arg.name
        case kinds.UInt64():
            return f'" {arg.name}=%" PRIu64', arg.name
        case kinds.SizeT():
            return f'" {arg.name}=%zu"', arg.name
        case kinds.UIntPtr():
            return f'" {arg.name}=0x%" PRIxPTR', arg.name
        case kinds.String() | kinds.Path() | kinds.StringList():
            return f'" {arg.name}=%s"', f"{arg.name}_text"
        case kinds.SockAddr():
            return f'" {arg.length}=%u"', f"(unsigned) {arg.length}"
        case kinds.BytesIn() | kinds.BytesOut():
            return f'" {arg.size}=%zu"', arg.size
        case kinds.Closure() | kinds.OClosure():
            return None
        case _:
            assert_never(arg)


def printable(arg: Arg | OptArg) -> str:
    """The declaration of an argument's printable form, if it needs one."""
    match arg:
        case kinds.String() | kinds.Path():
            hide = "_uri" if arg.name == "uri" else ""
            return PRINTABLE.format(arg.name, f"nbdi_printable{hide}")
        case kinds.StringList():
            return PRINTABLE.format(arg.name, "nbdi_printable_list")
        case _:
            return ""


def join_formats(formats: Sequence[str]) -> str:
    """One C string from pieces, on as few lines as it needs."""
    lines = ['"enter:"']
    for piece in formats:
        line = lines[-1]
        # A literal is joined with the one before it, but not with a macro.
        joined = line[:-1] + piece[1:] if line.endswith('"') else f"{line} {piece}"
        if len(joined) <= FORMAT_WIDTH:
            lines[-1] = joined
        else:
            lines.append(piece)
    return "\n".join(lines)


def enter_trace(function: Function) -> str:
    """Log the call with its arguments."""
    every = [*function.args, *function.opt]
    parts = [part for part in map(shown, every) if part is not None]
    if not parts:
        return ENTER_PLAIN
    text = join_formats([part[0] for part in parts])
    call = fill(
        "    nbdi_debug", ["&h->session.trace", text, *(part[1] for part in parts)], ";"
    )
    printables = "".join(map(printable, every))
    if printables:
        return ENTER_BLOCK.substitute(printables=printables, call=call)
    return ENTER.substitute(call=call)


def leave_trace(function: Function) -> str:
    """Log the result, or the error."""
    match function.returns:
        case Ret.STRING if function.name == "get_uri":
            leave = "leave_uri"
        case Ret.STRING | Ret.STATIC_STRING:
            leave = "leave_string"
        case Ret.FLAGS | Ret.UINTPTR:
            leave = "leave_mask"
        case _:
            leave = "leave_number"
    if function.error is None:
        return LEAVE_SURE.substitute(leave=leave)
    return LEAVE.substitute(leave=leave, error=function.error)
