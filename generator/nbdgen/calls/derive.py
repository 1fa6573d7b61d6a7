# SPDX-License-Identifier: MIT
"""What follows from phases and kinds of argument: errors, and shared text."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import assert_never

from nbdgen.calls import kinds, prose
from nbdgen.calls.model import CREATED, Arg, Errors, OptArg, Phase, Ret

ALL_PHASES = ~Phase(0)


def phase_errors(phases: Phase) -> Errors:
    """The errors of a call in phases that do not permit it."""
    if not phases:
        return {}
    errors: dict[str, str] = {}
    refused = ALL_PHASES & ~phases
    if CREATED in refused:
        errors["ENOTCONN"] = "the handle was never connected"
    if refused & ~CREATED:
        errors["EINVAL"] = f"the handle is not {phase_names(phases)}"
    return errors


def phase_names(phases: Phase) -> str:
    """Phases as words: "Created or Negotiating"."""
    names = [str(phase.name).capitalize() for phase in Phase if phase in phases]
    return listed(names, "or")


def arg_errors(arg: Arg | OptArg) -> Errors:
    """The errors of a call when the value of this argument is invalid."""
    null = {"EFAULT": f"*{arg.name}* is NULL"}
    match arg:
        case kinds.String() | kinds.Path() | kinds.SockAddr():
            return null
        case kinds.BytesIn() | kinds.BytesOut():
            return null
        case kinds.StringList():
            return {**null, "EINVAL": f"*{arg.name}* is empty"} if arg.argv else null
        case kinds.Closure():
            return {"EFAULT": f"*{arg.name}* has neither a callback nor a free"}
        case kinds.EnumArg():
            members = listed(
                [f"LIBNBD_{arg.group.name}_{m.name}" for m in arg.group.members], "nor"
            )
            return {"EINVAL": f"*{arg.name}* is neither {members}"}
        case kinds.FlagsArg():
            return _outside(arg.name, arg.group.name)
        case kinds.OFlags():
            return _flags_errors(arg)
        case kinds.Plain() | kinds.OClosure():
            return {}
        case _:
            assert_never(arg)


def _flags_errors(flags: kinds.OFlags) -> Errors:
    group = flags.group.name
    if flags.allowed is None:
        return _outside(flags.name, group)
    if not flags.allowed:
        return {
            "EINVAL": f"*{flags.name}* is not 0 while LIBNBD_STRICT_FLAGS is set, or"
            " has bits above 0xffff"
        }
    allowed = listed([f"LIBNBD_{group}_{name}" for name in flags.allowed], "and")
    return {
        "EINVAL": f"*{flags.name}* has bits other than {allowed} while"
        " LIBNBD_STRICT_FLAGS is set, or bits above 0xffff"
    }


def _outside(name: str, group: str) -> Errors:
    return {"EINVAL": f"*{name}* has a bit outside LIBNBD_{group}_MASK"}


def return_errors(returns: Ret) -> Errors:
    """The errors of making a result."""
    return {"ENOMEM": "memory is short"} if returns == Ret.STRING else {}


def merge(*many: Errors) -> Errors:
    """All errors, sorted by name; several reasons for one errno are joined."""
    reasons: dict[str, list[str]] = {}
    for errors in many:
        for name, reason in errors.items():
            known = reasons.setdefault(name, [])
            if reason not in known:
                known.append(reason)
    return {name: "; ".join(reasons[name]) for name in sorted(reasons)}


def persistent(arg: Arg) -> Arg:
    """The same argument as an asynchronous command takes it."""
    if isinstance(arg, (kinds.BytesIn, kinds.BytesOut)):
        return replace(arg, persist=True)
    return arg


def buffer_text(args: tuple[Arg, ...]) -> str:
    """The text about a buffer that is in use until a command has finished."""
    for arg in args:
        match arg:
            case kinds.BytesIn():
                return prose.AIO_BYTES_IN.format(buf=arg.name)
            case kinds.BytesOut():
                return prose.AIO_BYTES_OUT.format(buf=arg.name)
    return ""


def paragraphs(*texts: str) -> str:
    """Texts one after the other, without the empty ones."""
    return "\n\n".join(clean(text) for text in texts if text.strip())


def clean(text: str) -> str:
    """A text as written in a record, without the indentation of its lines."""
    return inspect.cleandoc(text)


def listed(words: list[str], last: str) -> str:
    """Words as an enumeration: "a, b or c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def once(*names: str) -> tuple[str, ...]:
    """The names in their order, each only once, without empty ones."""
    return tuple(dict.fromkeys(name for name in names if name))
