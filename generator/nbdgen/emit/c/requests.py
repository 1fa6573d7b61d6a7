# SPDX-License-Identifier: MIT
"""lib/base/requests.h: what follows from the kind of a command, and of a chunk.

All of it is constant or inline, so it costs nothing where the kind is a constant.
"""

from __future__ import annotations

from string import Template
from typing import Callable, Iterable, Sequence

from api.constants import CMD_FLAG
from nbdgen.calls.requests import Payload, Request, RequestFlag
from nbdgen.machine.model import ANY, ANY_ERROR, Machine, Reply

_HEADER = Template(
    """\
#ifndef NBDI_REQUESTS_H
#define NBDI_REQUESTS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

$numbers

$flag_numbers

/* In which direction the bytes of the range are sent. */
enum nbdi_payload {
  NBDI_PAYLOAD_NONE,
  NBDI_PAYLOAD_OUT,             /* behind the request */
  NBDI_PAYLOAD_IN,              /* in the reply */
};

/* What a program may ask for with a command. */
struct nbdi_request_rules {
  const char *name;             /* for messages; NULL: no such command */
  int past_end;                 /* errno beyond the end; 0: has no range */
  uint16_t needs;               /* flag of the server without which it fails */
  uint16_t to_permit;           /* the flags that the server must permit */
  uint8_t payload;              /* enum nbdi_payload */
  bool modifies;                /* an export that is read-only refuses it */
  bool shortened;               /* more than 32 bits are cut to fit */
};

static const struct nbdi_request_rules nbdi_requests[]
  __attribute__ ((unused)) = {
$rules
};

#define NBDI_NR_REQUESTS (sizeof nbdi_requests / sizeof nbdi_requests[0])

/* Flags of commands that a server must permit. */
static const struct nbdi_flag_rules {
  uint16_t flag;
  uint16_t permitted_by;        /* flag of the server */
  const char *name;             /* for messages */
} nbdi_request_flags[] __attribute__ ((unused)) = {
$flags
};

#define NBDI_NR_REQUEST_FLAGS                                           \\
  (sizeof nbdi_request_flags / sizeof nbdi_request_flags[0])

/* What messages call a command. */
static inline const char *
nbdi_command_name (uint16_t type)
{
  const char *name = type < NBDI_NR_REQUESTS ? nbdi_requests[type].name : NULL;

  return name ? name : "unknown command";
}

$predicates
/* Whether a successful reply without chunks is wrong. */
static inline bool
nbdi_needs_chunks (uint16_t type, bool structured_replies)
{
  return $needs_chunks;
}

/* Whether a chunk of this type and length can answer it. */
static inline bool
nbdi_chunk_fits (uint16_t type, uint16_t chunk, uint64_t length)
{
  switch (chunk) {
$chunks
  }
}

#endif /* NBDI_REQUESTS_H */
"""
)

_PREDICATE = Template(
    """\
/* $text. */
static inline bool
$name (uint16_t type)
{
  return $condition;
}
"""
)

_FINISH = Template(
    """\
#ifndef NBDI_FINISH_H
#define NBDI_FINISH_H

#include "session/session.h"

$hooks
#endif /* NBDI_FINISH_H */
"""
)

_HOOK = Template(
    """\
/* What is to be done $when. */
static inline void
$name (struct nbdi_session *s, struct nbdi_command *c)
{
$calls
}
"""
)

# Questions about a command's type: function, comment, and for which it is true.
_PREDICATES: Sequence[tuple[str, str, Callable[[Request], bool]]] = (
    (
        "nbdi_is_answered",
        "Whether the server replies to it",
        lambda request: request.answered,
    ),
    (
        "nbdi_has_range",
        "Whether it is about a range of the export",
        lambda request: request.past_end is not None,
    ),
    (
        "nbdi_modifies",
        "Whether it modifies the export",
        lambda request: request.modifies,
    ),
    (
        "nbdi_is_advisory",
        "Whether the server may do nothing and report success",
        lambda request: request.advisory,
    ),
    (
        "nbdi_settles",
        "Whether it makes durable what was acknowledged before",
        lambda request: request.settles,
    ),
    (
        "nbdi_sends_data",
        "Whether the bytes of the range follow the request",
        lambda request: request.payload is Payload.OUT,
    ),
    (
        "nbdi_gets_data",
        "Whether the reply has the bytes of the range",
        lambda request: request.payload is Payload.IN,
    ),
)

_HOOKS: Sequence[tuple[str, str, Callable[[Request], str]]] = (
    (
        "nbdi_check_reply",
        "when the final reply has come, if it is no error",
        lambda request: request.at_reply,
    ),
    (
        "nbdi_finish_command",
        "when the command completes, for whatever reason",
        lambda request: request.at_completion,
    ),
)


def emit_requests_h(
    requests: Sequence[Request], every: Sequence[str], machine: Machine
) -> str:
    """The whole header; chunks in `every` answer all commands."""
    flags = {flag.name: flag for request in requests for flag in request.permitted}
    return _HEADER.substitute(
        numbers="\n".join(f"#define {r.name} {r.number}" for r in requests),
        flag_numbers="\n".join(
            f"#define NBD_CMD_FLAG_{member.name} {member.value}"
            for member in CMD_FLAG.members
        ),
        rules="\n".join(map(_rules, requests)),
        flags="\n".join(map(_flag, flags.values())),
        predicates="\n".join(
            _PREDICATE.substitute(
                name=name, text=text, condition=_either(requests, true_of)
            )
            for name, text, true_of in _PREDICATES
        ),
        needs_chunks=_needs_chunks(requests),
        chunks="\n".join(_chunks(requests, every, machine)),
    )


def emit_finish_h(requests: Sequence[Request]) -> str:
    """lib/session/finish.h: what finishes a command of each kind."""
    return _FINISH.substitute(
        hooks="\n".join(
            _hook(requests, name, when, function) for name, when, function in _HOOKS
        )
    )


def _flag_name(flag: RequestFlag) -> str:
    return f"NBD_CMD_FLAG_{flag.name}"


def _rules(request: Request) -> str:
    """A row of the table."""
    fields = {
        "name": f'"{request.word}"',
        "past_end": request.past_end,
        "needs": request.needs,
        "to_permit": " | ".join(map(_flag_name, request.permitted)),
        "payload": f"NBDI_PAYLOAD_{request.payload.name}",
        "modifies": "true" if request.modifies else None,
        "shortened": "true" if request.shortened else None,
    }
    if request.payload is Payload.NONE:
        del fields["payload"]
    lines = [f"    .{name} = {value}," for name, value in fields.items() if value]
    return "\n".join([f"  [{request.name}] = {{", *lines, "  },"])


def _flag(flag: RequestFlag) -> str:
    return f'  {{ {_flag_name(flag)}, {flag.permitted_by}, "{flag.name}" }},'


def _either(requests: Iterable[Request], true_of: Callable[[Request], bool]) -> str:
    """The C condition on `type`, with == or with !=, whichever is shorter."""
    yes = [r.name for r in requests if true_of(r)]
    no = [r.name for r in requests if not true_of(r)]
    if not yes or not no:
        return "true" if yes else "false"
    if len(no) < len(yes):
        return "\n    && ".join(f"type != {name}" for name in no)
    return "\n    || ".join(f"type == {name}" for name in yes)


def _needs_chunks(requests: Iterable[Request]) -> str:
    """The C condition; without structured replies, data comes in a simple reply."""
    found: list[str] = []
    for request in requests:
        if request.chunks and request.payload is Payload.IN:
            found.append(f"(structured_replies && type == {request.name})")
        elif request.chunks:
            found.append(f"type == {request.name}")
    return "\n    || ".join(found) or "false"


def _chunks(
    requests: Sequence[Request], every: Sequence[str], machine: Machine
) -> Iterable[str]:
    """The cases of nbdi_chunk_fits."""
    otherwise = "false"
    for group in machine.groups.values():
        for reply in group.answers.replies:
            if reply.type == ANY_ERROR:
                fits = length_fits(reply, "length")
                otherwise = f"NBD_REPLY_TYPE_IS_ERR (chunk)\n      && {fits}"
                continue
            if reply.type not in machine.serving("CHUNK"):
                continue
            answered = [r.name for r in requests if reply.type in r.chunks]
            conditions = [length_fits(reply, "length")]
            if reply.type not in every:
                conditions.insert(0, " || ".join(f"type == {n}" for n in answered))
                if len(answered) > 1:
                    conditions[0] = f"({conditions[0]})"
            yield f"  case {reply.type}:"
            yield "    return " + "\n      && ".join(conditions) + ";"
    yield "  default:"
    yield f"    return {otherwise};"


def length_fits(reply: Reply, variable: str) -> str:
    """The C condition that a length is one of those that the reply can have."""
    least, *rest = reply.lengths
    if not rest:
        return f"{variable} == {least}"
    most, *step = rest
    conditions = [] if least == "0" else [f"{variable} >= {least}"]
    if most != ANY:
        conditions.append(f"{variable} <= {most}")
    if step:
        conditions.append(f"({variable} - ({least})) % ({step[0]}) == 0")
    return "\n      && ".join(conditions) or "true"


def _hook(
    requests: Sequence[Request],
    name: str,
    when: str,
    function: Callable[[Request], str],
) -> str:
    """The function that calls what the requests name for that moment."""
    calls: dict[str, list[Request]] = {}
    for request in requests:
        if function(request):
            calls.setdefault(function(request), []).append(request)
    lines: list[str] = []
    for call, of in calls.items():
        condition = " || ".join(f"c->type == {request.name}" for request in of)
        lines += [f"  if ({condition})", f"    {call} (s, c);"]
    return _HOOK.substitute(
        name=name,
        when=when,
        calls="\n".join(lines) or "  (void) s, (void) c;",
    )
