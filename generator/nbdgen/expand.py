# SPDX-License-Identifier: MIT
"""From records, each of one idea, to the flat list of exported functions.

What the records need not say is derived here and in derive.py: the
asynchronous twin of a command, the getter of a setting, and the errors that
follow from phases and kinds of argument.  check_api.py judges the result.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Iterable, assert_never

from api.constants import CMD_FLAG, COMPLETION

from . import calls, prose
from .calls import (
    CONNECTED,
    CREATED,
    NEGOTIATING,
    Async,
    Body,
    Bool,
    Call,
    Command,
    Connect,
    EnumArg,
    FlagsArg,
    Function,
    OClosure,
    OFlags,
    Option,
    Record,
    Ret,
    Setting,
    String,
)
from .check_api import API_DIRECTORY, check, locate
from .derive import (
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
from .source import Place

COMPLETED = Async(completion=True, changes=None)
CONNECTING_ENDS = Async(completion=False, changes=("aio_is_connecting", False))


def functions(
    records: Iterable[Record], directory: Path = API_DIRECTORY
) -> list[Function]:
    """All exported functions in the order of the records, checked.

    `directory` holds the files of the records, for messages about them.
    """
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
    copies = isinstance(value, (String, calls.Path))
    set_form = Function(
        name=f"set_{setting.name}",
        since=setting.since,
        returns=Ret.ERR,
        args=(value,),
        phases=setting.phases,
        body=Body.CALL if setting.custom_set else Body.SET,
        field_name="" if setting.custom_set else field_name,
        summary=setting.set_summary,
        text=paragraphs(setting.text, f"The default is {setting.default}."),
        errors=merge(
            phase_errors(setting.phases),
            arg_errors(value),
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
    fallible = setting.get_may_set_error
    get_form = Function(
        name=getter,
        since=setting.since,
        returns=returns,
        may_set_error=fallible,
        body=Body.CALL if setting.custom_get else Body.GET,
        field_name="" if setting.custom_get else field_name,
        group=value.group if isinstance(value, (EnumArg, FlagsArg)) else None,
        summary=setting.get_summary,
        text=paragraphs(set_form.text, setting.get_text),
        errors=merge(return_errors(returns) if fallible else {}, setting.get_errors),
        spec=setting.spec,
        see_also=once(set_form.name, *setting.see_also),
        section=setting.section,
    )
    return [set_form, get_form]


def _getter_returns(setting: Setting) -> Ret:
    match setting.value:
        case Bool():
            return Ret.BOOL
        case EnumArg():
            return Ret.ENUM
        case FlagsArg():
            return Ret.FLAGS
        case String() | calls.Path():
            return Ret.STRING
        case _:
            assert_never(setting.value)


def _command(command: Command) -> list[Function]:
    flags = OFlags(
        "flags",
        CMD_FLAG,
        command.flags,
        command.flags_text or "flags of this command",
    )
    name, aio = command.name, f"aio_{command.name}"
    checks = merge(
        phase_errors(CONNECTED),
        *map(arg_errors, command.args),
        arg_errors(flags),
        prose.COMMAND_ERRORS,
        command.errors,
    )
    sync_form = Function(
        name=name,
        since=command.since,
        returns=Ret.ERR,
        args=command.args,
        opt=(flags,),
        phases=CONNECTED,
        modifies_fd=True,
        body=Body.SYNC_COMMAND,
        aio=aio,
        summary=command.summary,
        text=clean(command.text),
        errors=merge(checks, prose.SYNC_COMMAND_ERRORS),
        spec=command.spec,
        example=command.example,
        see_also=once(aio, *command.see_also),
        section=command.section,
    )
    text = paragraphs(
        command.text, prose.AIO_COMMAND, buffer_text(command.args), command.aio_text
    )
    aio_form = replace(
        sync_form,
        name=aio,
        returns=Ret.COOKIE,
        args=tuple(map(persistent, command.args)),
        opt=(_completion("called when the command has finished"), flags),
        modifies_fd=False,
        async_kind=COMPLETED,
        body=Body.AIO,
        aio="",
        sync=name,
        summary=f"queue a request to {command.summary}",
        text=text,
        errors=checks,
        example=command.aio_example,
        see_also=once(
            name, *command.see_also, "aio_command_completed", "aio_in_flight"
        ),
    )
    return [sync_form, aio_form]


def _option(option: Option) -> list[Function]:
    name, aio = f"opt_{option.name}", f"aio_opt_{option.name}"
    checks = merge(
        phase_errors(NEGOTIATING),
        *map(arg_errors, option.args),
        prose.OPTION_ERRORS,
        option.errors,
    )
    sync_form = Function(
        name=name,
        since=option.since,
        returns=option.returns,
        args=option.args,
        phases=NEGOTIATING,
        modifies_fd=True,
        body=Body.SYNC_OPTION,
        aio=aio,
        summary=option.summary,
        text=clean(option.text),
        errors=merge(checks, prose.SYNC_OPTION_ERRORS),
        spec=option.spec,
        example=option.example,
        see_also=once(aio, "set_opt_mode", *option.see_also),
        section=option.section,
    )
    completion = _completion("called when the option has finished")
    shared = prose.AIO_OPTION if option.aio_completion else ""
    aio_form = replace(
        sync_form,
        name=aio,
        since=option.aio_since or option.since,
        returns=option.aio_returns,
        opt=(completion,) if option.aio_completion else (),
        modifies_fd=False,
        async_kind=COMPLETED if option.aio_completion else CONNECTING_ENDS,
        body=Body.AIO,
        aio="",
        sync=name,
        summary=f"start to {option.summary}",
        text=paragraphs(option.text, shared, option.aio_text),
        errors=checks,
        example=option.aio_example,
        see_also=once(name, "aio_is_negotiating", "set_opt_mode", *option.see_also),
    )
    return [sync_form, aio_form]


def _connect(connect: Connect) -> list[Function]:
    name, aio = f"connect_{connect.name}", f"aio_connect_{connect.name}"
    checks = merge(
        phase_errors(CREATED),
        *map(arg_errors, connect.args),
        prose.CONNECT_ERRORS,
        connect.errors,
    )
    sync_form = Function(
        name=name,
        since=connect.since,
        returns=Ret.ERR,
        args=connect.args,
        phases=CREATED,
        modifies_fd=True,
        body=Body.SYNC_CONNECT,
        aio=aio,
        summary=connect.summary,
        text=clean(connect.text),
        errors=merge(checks, prose.SYNC_CONNECT_ERRORS),
        spec=connect.spec,
        example=connect.example,
        see_also=once(aio, *connect.see_also),
        section=connect.section,
    )
    aio_form = replace(
        sync_form,
        name=aio,
        modifies_fd=False,
        async_kind=CONNECTING_ENDS,
        body=Body.AIO,
        aio="",
        sync=name,
        summary=f"start to {connect.summary}",
        text=paragraphs(connect.text, prose.AIO_CONNECT, connect.aio_text),
        errors=checks,
        example=connect.aio_example,
        see_also=once(name, "aio_is_connecting", *connect.see_also),
    )
    return [sync_form, aio_form]


def _completion(text: str) -> OClosure:
    return OClosure(COMPLETION, text)
