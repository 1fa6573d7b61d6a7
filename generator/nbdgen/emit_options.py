# SPDX-License-Identifier: MIT
"""What follows from an option being there: its name in messages, and the
call by which a transcript asks for it.
"""

from __future__ import annotations

from string import Template
from typing import Sequence

from nbdgen import kinds
from nbdgen.calls import Arg, Function, OptArg
from nbdgen.cdecl import fill
from nbdgen.machine import Machine

PREFIX = "aio_opt_"
SELECTOR = "OPTION"

_NAMES = Template(
    """\
#include "machine/machine.h"

const char *
nbdi_option_name (uint32_t option)
{
  switch (option) {
$cases
  default: return "unknown option";
  }
}
"""
)

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
"""
)

_CALL = Template(
    """\
  if (strcmp (name, "$name") == 0)
$call
"""
)


def emit_option_names(machine: Machine) -> str:
    """lib/machine/option-names.c: every option that a group serves has a name."""
    values = [v for g in machine.groups.values() for v in g.values]
    options = [v.value for v in values if v.selector == SELECTOR]
    cases = [f'  case {option}: return "{option}";' for option in options]
    return _NAMES.substitute(cases="\n".join(cases))


def _arguments(function: Function) -> list[str]:
    """What a transcript's line gives to a call, in the order of its parameters."""
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
    """Whether it is an option whose end the player can see."""
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
    return _CALLS.substitute(calls="".join(calls).rstrip())
