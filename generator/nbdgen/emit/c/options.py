# SPDX-License-Identifier: MIT
"""tests/lib/player/options.c: the calls that lines of a transcript stand for.

They are the calls of options, and of commands whose only arguments are a range.
"""

from __future__ import annotations

from string import Template
from typing import Iterator, Sequence

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Body, Function, OptArg
from nbdgen.emit.c.cdecl import fill

PREFIX = "aio_opt_"

_CALLS = Template(
    """\
#include <string.h>

#include "play.h"

int
play_option (struct play *p, struct command *c, struct call *call)
{
  const char *name = call->name;
  nbd_completion_callback done = record_completion (c);

$calls
  return -2;
}

int64_t
play_command (struct play *p, struct command *c, struct call *call)
{
  const char *name = call->name;
  nbd_completion_callback done = record_completion (c);

$commands
  return -2;
}
"""
)

_CALL = Template(
    """\
  if (strcmp (name, "$name") == 0)
$call
"""
)


def _arguments(function: Function) -> list[str]:
    """The arguments of a call, which a transcript's line gives."""
    numbers = strings = 0
    texts = ["p->h"]
    every: list[Arg | OptArg] = [*function.args, *function.opt]
    for arg in every:
        match arg:
            case kinds.OClosure() if arg.callback.name == "completion":
                texts.append("done")
            case kinds.Closure() | kinds.OClosure():
                texts.append(f"record_{arg.callback.name} (c)")
            case kinds.StringList():
                texts.append("call->strings")
            case kinds.String():
                texts.append(f"call->strings[{strings}]")
                strings += 1
            case kinds.Plain() | kinds.EnumArg() | kinds.FlagsArg() | kinds.OFlags():
                texts.append(f"call->number[{numbers}]")
                numbers += 1
            case _:
                raise NotImplementedError(
                    f"nbd_{function.name}: no word of a transcript gives {arg.name}"
                )
    return texts


def _is_played(function: Function) -> bool:
    """Whether it is an option whose completion the player can see."""
    return function.name.startswith(PREFIX) and any(
        isinstance(arg, kinds.OClosure) and arg.callback.name == "completion"
        for arg in function.opt
    )


def emit_option_calls(functions: Sequence[Function]) -> str:
    """tests/lib/player/options.c: a line of a transcript becomes the call."""
    calls = [
        _CALL.substitute(
            name=f.name.removeprefix("aio_"),
            call=fill(f"    return nbd_{f.name}", _arguments(f), ";"),
        )
        for f in sorted(functions, key=lambda f: f.name)
        if _is_played(f)
    ]
    return _CALLS.substitute(
        calls="".join(calls).rstrip(), commands="".join(_commands(functions)).rstrip()
    )


def _commands(functions: Sequence[Function]) -> Iterator[str]:
    """The call for each command for which no C is written by hand."""
    for function in functions:
        if function.plain and function.body is Body.AIO:
            numbers = [f"call->number[{n}]" for n in range(len(function.args))]
            # The flags are the third number, also where there is no range.
            texts = ["p->h", *numbers, "done", "call->number[2]"]
            yield _CALL.substitute(
                name=function.name.removeprefix("aio_"),
                call=fill(f"    return nbd_{function.name}", texts, ";"),
            )
