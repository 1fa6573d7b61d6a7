# SPDX-License-Identifier: MIT
"""lib/machine/option-rules.c: what the groups of options say about the answers."""

from __future__ import annotations

from string import Template
from typing import Iterable, Iterator

from nbdgen.machine.model import ANY, Group, Item, Machine, Refusal, Reply

SELECTOR = "OPTION"

_SOURCE = Template(
    """\
#include "machine/machine.h"

#include <errno.h>

/* Stands for all types that say that the option failed. */
#define ANY_ERROR UINT32_C (0x80000000)

/* A type of reply and the lengths that its payload can have. */
struct reply {
  uint32_t type, least, most, step;
};

/* The errnos that a program can get for a refusal.  The last one stands for all
 * that are not in the list; 0 ends the list.
 */
#define ANY (-1)                /* stands for every errno */
typedef int errnos[4];

#define TURNED_OFF_BY(option, function)                                 \\
  "; if it does not know " #option ", turn that off with " #function

/* What the library has to know about an option. */
static const struct option {
  uint32_t number;
  const char *name;
  const char *advice;           /* if the server does not know it, or NULL */
  struct reply replies[$most];  /* type 0 ends them */
  errnos completes_with;        /* the completion callback */
  errnos fails_with;            /* the blocking form */
} options[] = {
$options
  { .name = "unknown option" },
};

static const struct nbdi_refusal refusals[] = {
$refusals
};

static const struct option *
find_option (uint32_t number)
{
  const struct option *option = options;

  while (option->number != number && option->number != 0)
    option++;
  return option;
}

const char *
nbdi_option_name (uint32_t option)
{
  return find_option (option)->name;
}

const char *
nbdi_option_advice (uint32_t option)
{
  return find_option (option)->advice;
}

static const struct reply *
find_reply (uint32_t option, uint32_t type)
{
  const struct reply *reply = find_option (option)->replies;

  while (reply->type != type && reply->type != 0 &&
         !(reply->type == ANY_ERROR && NBD_REP_IS_ERR (type)))
    reply++;
  return reply;
}

bool
nbdi_option_has_reply (uint32_t option, uint32_t type)
{
  return find_reply (option, type)->type != 0;
}

bool
nbdi_option_reply_fits (uint32_t option, uint32_t type, uint32_t length)
{
  const struct reply *reply = find_reply (option, type);

  return length >= reply->least && length <= reply->most &&
    (length - reply->least) % reply->step == 0;
}

const struct nbdi_refusal *
nbdi_find_refusal (uint32_t type)
{
  const struct nbdi_refusal *refusal = refusals;

  while (refusal->type != type && refusal->type != 0)
    refusal++;
  return refusal;
}

/* What the program gets: this errno if it is in the list, or else the last. */
static int
told (const int *list, int errnum)
{
  while (*list != errnum && list[1] != 0 && !(*list == ANY && errnum != 0))
    list++;
  return *list == ANY ? errnum : *list;
}

int
nbdi_refusal_completes_with (uint32_t option, int errnum)
{
  return told (find_option (option)->completes_with, errnum);
}

int
nbdi_refusal_fails_with (uint32_t option, int errnum)
{
  return told (find_option (option)->fails_with, errnum);
}
"""
)


def emit_option_rules(machine: Machine) -> str:
    """The whole file."""
    serving = machine.serving(SELECTOR)
    refusals: dict[str, Refusal] = {}
    for group in serving.values():
        refusals.update({r.type: r for r in group.answers.refusals})
    replies = [len(group.answers.replies) for group in serving.values()]
    return _SOURCE.substitute(
        most=1 + max(replies, default=0),
        options="\n".join(
            line for name, group in serving.items() for line in _option(name, group)
        ),
        refusals="\n".join(_refusals(refusals.values())),
    )


def _option(name: str, group: Group) -> Iterator[str]:
    """A row of the table of options."""
    answers = group.answers
    yield f'  {{ .number = {name}, .name = "{name}",'
    functions = [
        o.function.text for o in answers.turned_off_by if o.option.text == name
    ]
    for function in functions:
        yield f"    .advice = TURNED_OFF_BY ({name}, {function}),"
    if answers.replies:
        yield "    .replies = {"
        yield from (f"      {_reply(reply)}," for reply in answers.replies)
        yield "    },"
    for field in ("completes_with", "fails_with"):
        items: tuple[Item, ...] = getattr(answers, field)
        if items:
            yield f"    .{field} = {{ {', '.join(item.text for item in items)} }},"
    yield "  },"


def _reply(reply: Reply) -> str:
    """The type, and its lengths with those that the clause leaves out."""
    least, *rest = reply.lengths
    most, step = (*rest, "1")[:2] if rest else (least, "1")
    most = "UINT32_MAX" if most == ANY else most
    return f"{{ {reply.type}, {least}, {most}, {step} }}"


def _refusals(refusals: Iterable[Refusal]) -> Iterator[str]:
    """The rows of the table of refusals; the one for all others is the last."""
    for refusal in sorted(refusals, key=lambda refusal: refusal.type == ANY):
        number = "0" if refusal.type == ANY else refusal.type
        yield f"  {{ {number}, {refusal.errnum},"
        yield f"    {refusal.text}, NBDI_{refusal.passes} }},"
