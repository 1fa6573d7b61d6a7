# SPDX-License-Identifier: MIT
"""The checks of a wrapper: first the phase, then each argument in order."""

from __future__ import annotations

from string import Template
from typing import assert_never

from nbdgen.calls import kinds
from nbdgen.calls.limits import must_be, outside
from nbdgen.calls.model import Arg, Function, OptArg, Phase
from nbdgen.emit.c.cdecl import closure_name

PHASE = Template(
    """\
  if (nbdi_check_phase (h, $mask) == -1)
    goto out;
"""
)

REFUSE = Template(
    """\
  if ($wrong) {
    $refuse;
    goto out;
  }
"""
)

ORDER = (
    Phase.CREATED,
    Phase.CONNECTING,
    Phase.NEGOTIATING,
    Phase.CONNECTED,
    Phase.CLOSED,
    Phase.DEAD,
)


def phase_mask(phases: Phase, indent: int) -> str:
    """The C expression of a set of phases, wrapped at `indent` if long."""
    names = [f"NBDI_PHASE_{p.name}" for p in ORDER if p in phases]
    line = " | ".join(names)
    if indent + len(line) <= 66:
        return line
    return (" |\n" + " " * indent).join(names)


def phase_check(function: Function) -> str:
    if not function.phases:
        return ""
    return PHASE.substitute(mask=phase_mask(function.phases, 28))


def refuse(wrong: str, call: str) -> str:
    return REFUSE.substitute(wrong=wrong, refuse=call)


def not_null(name: str) -> str:
    return refuse(f"{name} == NULL", f'refuse_null ("{name}")')


def string_list(arg: kinds.StringList) -> str:
    text = not_null(arg.name)
    if arg.argv:
        empty = f'nbdi_error (EINVAL, "{arg.name} is empty")'
        text += refuse(f"{arg.name}[0] == NULL", empty)
    return text


def in_mask(name: str, mask: str) -> str:
    call = f'refuse_flags ("{name}", {name}, {mask})'
    return refuse(f"({name} & ~{mask}) != 0", call)


def command_flags(arg: kinds.OFlags) -> str:
    if arg.allowed is None:
        return in_mask(arg.name, f"LIBNBD_{arg.group.name}_MASK")
    bits = [f"LIBNBD_{arg.group.name}_{m}" for m in arg.allowed] or ["0"]
    start = f"  if (check_command_flags (h, {arg.name}"
    end = ") == -1)\n    goto out;\n"
    if len(start) + len(bits[0]) + len(bits) * 2 < 66 and len(bits) == 1:
        return f"{start}, {bits[0]}{end}"
    separator = " |\n" + " " * 27
    return f"{start},{separator[2:]}{separator.join(bits)}{end}"


def check(arg: Arg | OptArg) -> str:
    """The statements that refuse a wrong value; empty if every value is valid."""
    match arg:
        case kinds.EnumArg():
            valid = f"valid_{arg.group.name.lower()} ({arg.name})"
            return refuse(f"!{valid}", f'refuse_enum ("{arg.name}", {arg.name})')
        case kinds.FlagsArg():
            return in_mask(arg.name, f"LIBNBD_{arg.group.name}_MASK")
        case kinds.String() | kinds.Path() | kinds.SockAddr():
            return not_null(arg.name)
        case kinds.BytesIn() | kinds.BytesOut():
            return not_null(arg.name)
        case kinds.StringList():
            return string_list(arg)
        case kinds.Closure():
            name = closure_name(arg.callback)
            null = f"{name}.callback == NULL && {name}.free == NULL"
            return refuse(null, f'refuse_null ("{arg.name}")')
        case kinds.OFlags():
            return command_flags(arg)
        case kinds.Plain() | kinds.OClosure():
            return ""
        case _:
            assert_never(arg)


def limit_check(function: Function) -> str:
    """The statements that refuse a number outside the limits of its setting."""
    if function.limits is None:
        return ""
    arg = function.args[0]
    wrong = outside(arg, function.limits)
    if not wrong:
        return ""
    unsigned = isinstance(arg, (kinds.UInt32, kinds.UInt64))
    text = (
        f'nbdi_error (EINVAL, "{arg.name} is %j{"u" if unsigned else "d"}, must be "\n'
    )
    text += f'                "{must_be(arg, function.limits)}", '
    text += f"({'u' * unsigned}intmax_t) {arg.name})"
    return refuse(wrong, text)


def argument_checks(function: Function) -> str:
    checks = map(check, [*function.args, *function.opt])
    return "".join([*checks, limit_check(function)])
