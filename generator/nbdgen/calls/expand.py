# SPDX-License-Identifier: MIT
"""Makes the flat list of exported functions from the records.

This module and derive.py add what the records need not say: the asynchronous form
of a command, the getter of a setting, and the errors that follow from phases and
kinds of argument.  check_api.py checks the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterable, assert_never

from api.constants import CMD_FLAG, COMPLETION

from nbdgen.calls import kinds, model, prose
from nbdgen.calls.check_api import API_DIRECTORY, check, check_fields, locate
from nbdgen.calls.derive import (
    arg_errors,
    buffer_text,
    clean,
    merge,
    once,
    paragraphs,
    persistent,
    phase_errors,
    return_errors,
)
from nbdgen.calls.limits import limit_words, number_limits
from nbdgen.calls.model import (
    CONNECTED,
    CREATED,
    NEGOTIATING,
    Async,
    Body,
    Call,
    Command,
    Connect,
    Function,
    OptArg,
    Option,
    Record,
    Ret,
    Setting,
)
from nbdgen.source import Place

COMPLETED = Async(completion=True, changes=None)
CONNECTING_ENDS = Async(completion=False, changes=("aio_is_connecting", False))


def functions(
    records: Iterable[Record], directory: Path = API_DIRECTORY
) -> list[Function]:
    """All exported functions in the order of the records, checked.

    `directory` holds the files of the records, for messages about them.
    """
    records = list(records)
    check_fields(records, directory)
    pairs = [(record, made) for record in records for made in expand(record)]
    check(pairs, directory)
    return [made for _, made in pairs]


def places(records: Iterable[Record]) -> dict[str, Place]:
    """Where the record of each function is written."""
    return {made.name: locate(record) for record in records for made in expand(record)}


def expand(record: Record) -> list[Function]:
    """The functions that one record makes."""
    match record:
        case Call():
            return [_call(record)]
        case Setting():
            return _setting(record)
        case Command():
            return _command(record)
        case Option():
            return _option(record)
        case Connect():
            return _connect(record)
        case _:
            assert_never(record)


def _call(call: Call) -> Function:
    body = Body.CALL
    if call.special:
        body = Body.SPECIAL
    elif call.changes:
        body = Body.AIO
    errors = call.errors
    if call.may_set_error:
        errors = merge(
            phase_errors(call.phases),
            *map(arg_errors, call.args),
            *map(arg_errors, call.opt),
            return_errors(call.returns),
            call.errors,
        )
    return Function(
        name=call.name,
        since=call.since,
        returns=call.returns,
        args=call.args,
        opt=call.opt,
        phases=call.phases,
        may_set_error=call.may_set_error,
        locked=call.locked,
        modifies_fd=call.modifies_fd,
        async_kind=Async(False, call.changes) if call.changes else None,
        body=body,
        group=call.group,
        summary=call.summary,
        text=clean(call.text),
        errors=errors,
        spec=call.spec,
        example=call.example,
        see_also=call.see_also,
        section=call.section,
    )


def _setting(setting: Setting) -> list[Function]:
    value = setting.value
    getter = f"get_{setting.name}" if setting.get_summary else ""
    field_name = setting.field_name or f"settings.{setting.name}"
    copies = isinstance(value, (kinds.String, kinds.Path))
    limits = number_limits(setting)
    set_form = Function(
        name=f"set_{setting.name}",
        since=setting.since,
        returns=Ret.ERR,
        args=(value,),
        phases=setting.phases,
        body=Body.CALL if setting.custom_set else Body.SET,
        field_name="" if setting.custom_set else field_name,
        limits=limits,
        is_parameter=bool(setting.parameter),
        summary=setting.set_summary,
        text=paragraphs(
            setting.text,
            _time_text(setting),
            prose.PARAMETER.format(name=setting.parameter) if setting.parameter else "",
            f"The default is {_default(setting)}.",
        ),
        errors=merge(
            phase_errors(setting.phases),
            arg_errors(value),
            {"EINVAL": f"*{value.name}* is {limit_words(value, limits)}"}
            if limits
            else {},
            {"ENOMEM": "memory is short"} if copies else {},
            setting.errors,
        ),
        spec=setting.spec,
        example=setting.example,
        see_also=once(getter, *setting.see_also),
        section=setting.section,
    )
    if not getter:
        return [set_form]
    returns = _getter_returns(setting)
    group = value.group if isinstance(value, (kinds.EnumArg, kinds.FlagsArg)) else None
    fallible = setting.get_may_set_error
    get_form = Function(
        name=getter,
        since=setting.since,
        returns=returns,
        may_set_error=fallible,
        body=Body.CALL if setting.custom_get else Body.GET,
        field_name="" if setting.custom_get else field_name,
        group=group,
        summary=setting.get_summary,
        text=paragraphs(set_form.text, setting.get_text),
        errors=merge(return_errors(returns) if fallible else {}, setting.get_errors),
        spec=setting.spec,
        see_also=once(set_form.name, *setting.see_also),
        section=setting.section,
    )
    return [set_form, get_form]


def _default(setting: Setting) -> str:
    """The default of a setting, in words for the manual."""
    if setting.default:
        return setting.default
    value = setting.value
    if isinstance(value, (kinds.EnumArg, kinds.FlagsArg)):
        return f"LIBNBD_{value.group.name}_{setting.initial}"
    words = str(setting.initial).lower()
    if isinstance(value, kinds.Milliseconds):
        words = {"-1": "-1, no limit", "0": "0"}.get(words, f"{words} milliseconds")
    return words


def _time_text(setting: Setting) -> str:
    """The sentence about the unit of a time, and what -1 and 0 mean."""
    if not isinstance(setting.value, kinds.Milliseconds):
        return ""
    least, _ = number_limits(setting) or (0, 0)
    known = ["-1 means no limit"] * (least <= -1) + ["0 turns it off"] * (least <= 0)
    return f"The time is in milliseconds{': ' * bool(known)}{' and '.join(known)}."


def _getter_returns(setting: Setting) -> Ret:
    match setting.value:
        case kinds.Bool():
            return Ret.BOOL
        case kinds.Int():
            return Ret.INT
        case kinds.UInt32():
            return Ret.UINT
        case kinds.UInt64():
            return Ret.UINT64
        case kinds.EnumArg():
            return Ret.ENUM
        case kinds.FlagsArg():
            return Ret.FLAGS
        case kinds.String() | kinds.Path():
            return Ret.STRING
        case _:
            assert_never(setting.value)


@dataclass(frozen=True)
class _Kind:
    """What all commands, all options or all connections have in common."""

    prefix: str  # of the blocking form's name
    phases: model.Phase
    body: Body  # of the blocking form
    errors: model.Errors
    sync_errors: model.Errors  # of the blocking form only
    aio_verb: str  # what the asynchronous form does, before the summary
    see_also: tuple[str, ...] = ()
    aio_see_also: tuple[str, ...] = ()


COMMAND = _Kind(
    prefix="",
    phases=CONNECTED,
    body=Body.SYNC_COMMAND,
    errors=prose.COMMAND_ERRORS,
    sync_errors=prose.SYNC_COMMAND_ERRORS,
    aio_verb="queue a request to",
)
OPTION = _Kind(
    prefix="opt_",
    phases=NEGOTIATING,
    body=Body.SYNC_OPTION,
    errors=prose.OPTION_ERRORS,
    sync_errors=prose.SYNC_OPTION_ERRORS,
    aio_verb="start to",
    see_also=("set_opt_mode",),
    aio_see_also=("aio_is_negotiating", "set_opt_mode"),
)
CONNECT = _Kind(
    prefix="connect_",
    phases=CREATED,
    body=Body.SYNC_CONNECT,
    errors=prose.CONNECT_ERRORS,
    sync_errors=prose.SYNC_CONNECT_ERRORS,
    aio_verb="start to",
    aio_see_also=("aio_is_connecting",),
)


def _pair(
    kind: _Kind, record: Command | Option | Connect, *opt: OptArg, about_aio: str
) -> tuple[Function, Function]:
    """Both forms, as far as they are the same for all records of a kind."""
    name, aio = f"{kind.prefix}{record.name}", f"aio_{kind.prefix}{record.name}"
    errors = merge(
        phase_errors(kind.phases),
        *map(arg_errors, (*record.args, *opt)),
        kind.errors,
        record.errors,
    )
    sync_form = Function(
        name=name,
        since=record.since,
        returns=Ret.ERR,
        args=record.args,
        opt=opt,
        phases=kind.phases,
        modifies_fd=True,
        body=kind.body,
        aio=aio,
        summary=record.summary,
        text=clean(record.text),
        errors=merge(errors, kind.sync_errors),
        spec=record.spec,
        example=record.example,
        see_also=once(aio, *kind.see_also, *record.see_also),
        section=record.section,
    )
    aio_form = replace(
        sync_form,
        name=aio,
        args=tuple(map(persistent, record.args)),
        modifies_fd=False,
        async_kind=CONNECTING_ENDS,
        body=Body.AIO,
        aio="",
        sync=name,
        summary=f"{kind.aio_verb} {record.summary}",
        text=paragraphs(
            record.text, about_aio, buffer_text(record.args), record.aio_text
        ),
        errors=errors,
        example=record.aio_example,
        see_also=once(name, *kind.aio_see_also, *record.see_also),
    )
    return sync_form, aio_form


def _command(command: Command) -> list[Function]:
    text = command.flags_text or "flags of this command"
    flags = kinds.OFlags("flags", CMD_FLAG, command.flags, text)
    completion = kinds.OClosure(COMPLETION, "called when the command has finished")
    sync_form, aio_form = _pair(COMMAND, command, flags, about_aio=prose.AIO_COMMAND)
    names = tuple(arg.name for arg in command.args)
    plain = command.sends if names in ((), ("count", "offset")) else None
    sync_form = replace(sync_form, plain=plain)
    aio_form = replace(
        aio_form,
        plain=plain,
        returns=Ret.COOKIE,
        opt=(completion, flags),
        async_kind=COMPLETED,
        see_also=once(*aio_form.see_also, "aio_command_completed", "aio_in_flight"),
    )
    return [sync_form, aio_form]


def _option(option: Option) -> list[Function]:
    about_aio = prose.AIO_OPTION if option.aio_completion else ""
    sync_form, aio_form = _pair(OPTION, option, about_aio=about_aio)
    sync_form = replace(sync_form, returns=option.returns)
    aio_form = replace(
        aio_form,
        since=option.aio_since or option.since,
        returns=option.aio_returns,
    )
    if option.aio_completion:
        completion = kinds.OClosure(COMPLETION, "called when the option has finished")
        aio_form = replace(aio_form, opt=(completion,), async_kind=COMPLETED)
    return [sync_form, aio_form]


def _connect(connect: Connect) -> list[Function]:
    return list(_pair(CONNECT, connect, about_aio=prose.AIO_CONNECT))
