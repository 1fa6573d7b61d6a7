# SPDX-License-Identifier: MIT
"""lib/api/api.c and lib/api/api.h: the locking wrappers around the library.

A wrapper takes the lock, traces, checks the phase and then the arguments in their
order, calls the hand-written `nbdi_` function, and frees the closures that this
function did not take.  Most settings, and all blocking forms, have no such function.
"""

from __future__ import annotations

from string import Template
from typing import Iterable, Sequence

from nbdgen.calls import kinds
from nbdgen.calls.model import Body, Function, Ret
from nbdgen.emit.c.cdecl import (
    closure_name,
    declaration,
    definition,
    fill,
    inner_params,
    member_name,
    params,
)
from nbdgen.emit.c.checks import argument_checks, phase_check, phase_mask
from nbdgen.emit.c.parameters import parameter_id
from nbdgen.emit.c.trace import enter_trace, leave_trace

SOURCE = Template(
    """\
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/library.h"

/* Say that an argument must not be NULL. */
static __attribute__ ((cold)) void
refuse_null (const char *name)
{
  nbdi_error (EFAULT, "%s cannot be NULL", name);
}

/* Say that a parameter does not take this number. */
static __attribute__ ((cold)) void
refuse_enum (const char *name, int value)
{
  nbdi_error (EINVAL, "%s: %d is not one of the permitted values",
              name, value);
}

/* Say that a parameter does not take some bits of this mask. */
static __attribute__ ((cold)) void
refuse_flags (const char *name, uint32_t value, uint32_t permitted)
{
  nbdi_error (EINVAL, "%s: 0x%" PRIx32 " has bits other than 0x%" PRIx32,
              name, value, permitted);
}

/* Check the flags of a command.  Flags that do not fit into the request's field
 * are always refused; others that the command does not have are refused unless
 * the program turned LIBNBD_STRICT_FLAGS off. */
static inline int
check_command_flags (struct nbd_handle *h, uint32_t flags, uint32_t permitted)
{
  if ((flags & ~permitted) == 0 ||
      (flags <= 0xffff && !(h->session.settings.strict_mode & LIBNBD_STRICT_FLAGS)))
    return 0;
  refuse_flags ("flags", flags, permitted);
  return -1;
}

/* Log how a call ended. */
static __attribute__ ((cold)) void
leave_number (struct nbd_handle *h, intmax_t value)
{
  nbdi_debug (&h->session.trace, "leave: ret=%jd", value);
}

static __attribute__ ((cold)) void
leave_mask (struct nbd_handle *h, uintmax_t value)
{
  nbdi_debug (&h->session.trace, "leave: ret=0x%jx", value);
}

static __attribute__ ((cold)) void
leave_string (struct nbd_handle *h, const char *value)
{
  CLEANUP_TEXT const char *printable = nbdi_printable (value);
  nbdi_debug (&h->session.trace, "leave: ret=%s", printable);
}

static __attribute__ ((cold)) void
leave_uri (struct nbd_handle *h, const char *value)
{
  CLEANUP_TEXT const char *printable = nbdi_printable_uri (value);
  nbdi_debug (&h->session.trace, "leave: ret=%s", printable);
}

static __attribute__ ((cold)) void
leave_error (struct nbd_handle *h)
{
  const char *error = nbd_get_error ();

  nbdi_debug (&h->session.trace, "leave: error=%s", error ? error : nbdi_dots);
}

/* A copy of a setting, which the caller frees; empty if it is not set. */
static inline char *
load_string (const char *setting)
{
  char *copy = strdup (setting ? setting : "");
  if (copy == NULL)
    nbdi_error (errno, "strdup");
  return copy;
}

$enums
$functions"""
)

ENUM_CHECK = Template(
    """\
static inline bool
valid_$lower (int value)
{
  switch (value) {
$cases
    return true;
  default:
    return false;
  }
}
"""
)

LOCKED = Template(
    """\
$head
{
$declarations$enter
$trace$checks$body$clear$leave_trace  nbdi_leave (h);
$release  return ret;
}
"""
)

UNLOCKED = Template(
    """\
$head
{
$enter  $statement;
}
"""
)

CHOSEN = Template(
    """\
  h->session.settings.chosen |= UINT32_C (1) << $id;
"""
)

# A read that is refused, or fails before it was queued, leaves no old memory
# in the caller's buffer.
CLEAR = Template(
    """\
  if (unlikely ($refused) && $buf != NULL &&
      h->session.settings.pread_initialize)
    memset ($buf, 0, $count);
"""
)

RELEASE = Template(
    """\
  if ($name.free != NULL)
    $name.free ($name.user_data);
"""
)

WAITED = Template(
    """\
$call
  if (cookie != -1)
    ret = nbdi_wait_command (h, cookie);
"""
)

# Waiting for the seat releases the lock, so the phase is checked again.
SEATED = Template(
    """\
  if (nbdi_take_seat_until (h, NULL, true) == 1) {
    if (nbdi_check_phase (h, $phases) == 0) {
$call
      if (cookie != -1)
        ret = nbdi_wait_command (h, cookie);
    }
    nbdi_leave_seat (h);
  }
"""
)

WAITED_STEP = Template(
    """\
$call
    ret = $wait (h);
"""
)


def closure_names(function: Function) -> list[str]:
    """Names of the parameters that are closures."""
    return [closure_name(closure.callback) for closure in function.closures]


def inner_call(start: str, function: Function, name: str, end: str) -> str:
    """A call of nbdi_<name> with this function's arguments."""
    taken = set(closure_names(function))
    texts = [f"&{p.name}" if p.name in taken else p.name for p in params(function)]
    if function.body in (Body.SYNC_COMMAND, Body.SYNC_OPTION) and (
        function.aio != "aio_opt_abort"
    ):
        # The completion is where the asynchronous form has it: after the
        # arguments and before the flags.
        flags = [arg for arg in function.opt if not isinstance(arg, kinds.OClosure)]
        texts.insert(len(texts) - len(flags), "&none")
    if function.plain:
        # One function queues all commands whose only arguments are a range.
        texts.insert(1, function.plain.name)
        if function.plain.past_end is None:
            texts[2:2] = ["0", "0"]
        name = "issue"
    return fill(f"{start}nbdi_{name}", texts, end)


def failed(function: Function) -> str:
    """The declaration of `ret`, with the value that means failure."""
    ctype = function.returns.ctype
    error = function.error
    space = "" if ctype.endswith("*") else " "
    return f"  {ctype}{space}ret{f' = {error}' if error else ''};\n"


def set_body(function: Function) -> str:
    (arg,) = function.args
    field = f"h->session.{function.field_name}"
    (param, *_) = [p for p in params(function) if p.name != "h"]
    if param.ctype == "const char *":
        return f"  ret = nbdi_replace_string (&{field}, {arg.name});\n"
    text = f"  {field} = {arg.name};\n"
    if function.is_parameter:
        text += CHOSEN.substitute(id=parameter_id(function.name.removeprefix("set_")))
    return f"{text}  ret = 0;\n"


def get_body(function: Function) -> str:
    field = f"h->session.{function.field_name}"
    if function.returns is Ret.STRING:
        return f"  ret = load_string ({field});\n"
    return f"  ret = {field};\n"


def command_body(function: Function) -> str:
    """Queue a command and wait for it."""
    if any(isinstance(arg, kinds.Closure) for arg in function.args):
        call = inner_call("      cookie = ", function, function.aio, ";")
        return SEATED.substitute(call=call, phases=phase_mask(function.phases, 30))
    call = inner_call("  cookie = ", function, function.aio, ";")
    return WAITED.substitute(call=call)


def body(function: Function) -> str:
    """The statements that do the work, after the checks."""
    match function.body:
        case Body.CALL | Body.AIO:
            return inner_call("  ret = ", function, function.name, ";") + "\n"
        case Body.SET:
            return set_body(function)
        case Body.GET:
            return get_body(function)
        case Body.SYNC_COMMAND:
            return command_body(function)
        case Body.SYNC_OPTION:
            call = inner_call("  if (", function, function.aio, " != -1)")
            return WAITED_STEP.substitute(call=call, wait="nbdi_wait_option")
        case Body.SYNC_CONNECT:
            call = inner_call("  if (", function, function.aio, " != -1)")
            return WAITED_STEP.substitute(call=call, wait="nbdi_wait_connected")
        case Body.SPECIAL:
            raise AssertionError(function.name)


def declarations(function: Function) -> str:
    lines = [failed(function)]
    if function.body is Body.SYNC_COMMAND:
        lines.append("  int64_t cookie = -1;\n")
    if function.body in (Body.SYNC_COMMAND, Body.SYNC_OPTION) and (
        function.aio != "aio_opt_abort"
    ):
        lines.append("  nbd_completion_callback none = NBD_NULL_COMPLETION;\n")
    return "".join(lines) + "\n"


def clear(function: Function) -> str:
    refused = "cookie" if function.body is Body.SYNC_COMMAND else "ret"
    return "".join(
        CLEAR.substitute(refused=f"{refused} == -1", buf=arg.name, count=arg.size)
        for arg in function.args
        if isinstance(arg, kinds.BytesOut)
    )


def head(function: Function) -> str:
    texts = [str(p) for p in params(function)]
    return definition(function.returns.ctype, f"nbd_{function.name}", texts)


def is_frequent(function: Function) -> bool:
    """Whether programs make this call for each command, and it never waits."""
    return function.returns is Ret.COOKIE or function.name in (
        "aio_command_completed",
        "aio_in_flight",
        "aio_peek_command_completed",
    )


def locked(function: Function) -> str:
    checks = phase_check(function) + argument_checks(function)
    # The label is there only if something jumps to it.
    label = " out:\n" if checks else ""
    enter = "nbdi_enter_briefly" if is_frequent(function) else "nbdi_enter"
    return LOCKED.substitute(
        head=head(function),
        declarations=declarations(function),
        enter=f'  {enter} (h, "nbd_{function.name}");',
        trace=enter_trace(function),
        checks=checks,
        body=body(function),
        clear=label + clear(function),
        leave_trace=leave_trace(function),
        release="".join(RELEASE.substitute(name=n) for n in closure_names(function)),
    )


def unlocked(function: Function) -> str:
    """No lock, no trace: the debug callback may only run under the lock."""
    if phase_check(function) or argument_checks(function):
        raise AssertionError(f"{function.name}: checks need the lock")
    call = inner_call("return ", function, function.name, "")
    enter = f'  nbdi_enter_unlocked (h, "nbd_{function.name}");\n'
    return UNLOCKED.substitute(
        head=head(function),
        enter=enter if function.may_set_error else "",
        statement=call,
    )


def enum_check(group: kinds.EnumGroup) -> str:
    cases = [f"  case {member_name(group, m)}:" for m in group.members]
    return ENUM_CHECK.substitute(lower=group.name.lower(), cases="\n".join(cases))


def used_enums(functions: Iterable[Function]) -> list[kinds.EnumGroup]:
    found: dict[str, kinds.EnumGroup] = {}
    for function in functions:
        for arg in function.args:
            if isinstance(arg, kinds.EnumArg):
                found.setdefault(arg.group.name, arg.group)
    return list(found.values())


def emit_wrappers(functions: Sequence[Function]) -> str:
    """The text of lib/api/api.c."""
    wrapped = [f for f in functions if f.body is not Body.SPECIAL]
    return SOURCE.substitute(
        enums="\n".join(map(enum_check, used_enums(wrapped))),
        functions="\n".join(locked(f) if f.locked else unlocked(f) for f in wrapped),
    )


INNER = Template(
    """\
#ifndef NBDI_API_H
#define NBDI_API_H

#include "libnbd.h"

$functions

/* A URI for debug output, without user and file names. */
extern const char *nbdi_printable_uri (const char *uri);

#endif /* NBDI_API_H */
"""
)


def inner_type(function: Function) -> str:
    """What nbdi_<name> returns: bool where the public int cannot be -1."""
    if function.returns is Ret.BOOL and function.error is None:
        return "bool"
    return function.returns.ctype


def emit_inner(functions: Sequence[Function]) -> str:
    """The text of lib/api/api.h: what the hand-written library must define."""
    by_hand = [f for f in functions if f.body in (Body.CALL, Body.AIO) and not f.plain]
    return INNER.substitute(
        functions="\n".join(
            declaration(
                f"extern {inner_type(f)}",
                f"nbdi_{f.name}",
                [str(p) for p in inner_params(f)],
                ";",
            )
            for f in by_hand
        )
    )
