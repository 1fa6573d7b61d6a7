# SPDX-License-Identifier: MIT
"""lib/base/parameters.[ch]: settings that a URI or the environment can choose.

A setting with a `parameter` has an identifier, a row that says which values it
takes, and a line in each of the functions that read and write its field.
"""

from __future__ import annotations

from string import Template
from typing import Iterable, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.limits import number_limits, number_range
from nbdgen.calls.model import Record, Setting

HEADER = Template(
    """\
#ifndef NBDI_PARAMETERS_H
#define NBDI_PARAMETERS_H

#include "base/settings.h"

enum nbdi_parameter_id {
$ids
  NBDI_NR_PARAMETERS
};

enum nbdi_parameter_kind {
  NBDI_TIME,   /* in milliseconds, -1 for none */
  NBDI_SIZE,   /* in bytes */
  NBDI_NUMBER, /* of anything else */
  NBDI_WORD,   /* one of a few; its place in words is its value */
};

struct nbdi_parameter {
  const char *name;
  enum nbdi_parameter_kind kind;
  int64_t initial, least, most;
  const char *const *words; /* ended by NULL */
  const char *wanted;       /* the same for a message */
};

extern const struct nbdi_parameter nbdi_parameters[NBDI_NR_PARAMETERS];

/* The value that a setting has. */
extern int64_t nbdi_get_parameter (const struct nbdi_settings *s,
                                   enum nbdi_parameter_id id);

/* Give it another one, which must be within its limits. */
extern void nbdi_set_parameter (struct nbdi_settings *s,
                                enum nbdi_parameter_id id, int64_t value);

#endif /* NBDI_PARAMETERS_H */
"""
)

SOURCE = Template(
    """\
#include "base/parameters.h"

$words
const struct nbdi_parameter nbdi_parameters[NBDI_NR_PARAMETERS] = {
$rows
};

int64_t
nbdi_get_parameter (const struct nbdi_settings *s, enum nbdi_parameter_id id)
{
  switch (id) {
$gets
  default: return 0;
  }
}

void
nbdi_set_parameter (struct nbdi_settings *s, enum nbdi_parameter_id id,
                    int64_t value)
{
  switch (id) {
$sets
  default: break;
  }
}
"""
)

ROW = Template(
    """\
  [$id] = {
    .name = "$name",
    .kind = $kind,
    .initial = $initial,
    .least = $least,
    .most = INT64_C ($most),$words
  },"""
)


def parameter_id(name: str) -> str:
    """The C name that stands for a setting."""
    return f"NBDI_PARAMETER_{name.upper()}"


def emit_parameters_h(records: Iterable[Record]) -> str:
    """The declarations."""
    ids = [f"  {parameter_id(s.name)}," for s in _settings(records)]
    return HEADER.substitute(ids="\n".join(ids))


def emit_parameters_c(records: Iterable[Record]) -> str:
    """The rows and the functions."""
    settings = _settings(records)
    return SOURCE.substitute(
        words="".join(map(_words, settings)),
        rows="\n".join(map(_row, settings)),
        gets="\n".join(
            f"  case {parameter_id(s.name)}: return (int64_t) s->{s.name};"
            for s in settings
        ),
        sets="\n".join(
            f"  case {parameter_id(s.name)}:\n"
            f"    s->{s.name} = ({s.value.ctype}) value;\n"
            "    break;"
            for s in settings
            if not isinstance(s.value, (kinds.String, kinds.Path))
        ),
    )


def _settings(records: Iterable[Record]) -> list[Setting]:
    return [r for r in records if isinstance(r, Setting) and r.parameter]


def _words(setting: Setting) -> str:
    """The list that a row points to."""
    if not isinstance(setting.value, kinds.EnumArg):
        return ""
    words = [f'"{member.name.lower()}"' for member in setting.value.group.members]
    return (
        f"static const char *const {setting.name}_words[] = {{\n"
        f"  {', '.join([*words, 'NULL'])}\n"
        "};\n"
    )


def _row(setting: Setting) -> str:
    value, initial, words = setting.value, setting.initial, ""
    match value:
        case kinds.Milliseconds():
            kind = "NBDI_TIME"
        case kinds.UInt64():
            kind = "NBDI_SIZE"
        case kinds.Int() | kinds.UInt32():
            kind = "NBDI_NUMBER"
        case kinds.EnumArg():
            members = [member.name for member in value.group.members]
            limits = 0, len(members) - 1
            kind, initial = "NBDI_WORD", members.index(str(initial))
            words = f"\n    .words = {setting.name}_words,"
            listed = ", ".join(members[:-1]) + f" or {members[-1]}"
            words += f'\n    .wanted = "{listed.lower()}",'
        case kinds.Bool() | kinds.FlagsArg() | kinds.String() | kinds.Path():
            raise AssertionError(setting.name)  # check_api.py refuses them
        case _:
            assert_never(value)
    if not words:
        limits = number_limits(setting) or number_range(value)
    return ROW.substitute(
        id=parameter_id(setting.name),
        name=setting.parameter,
        kind=kind,
        initial=int(initial or 0),
        least=limits[0],
        most=limits[1],
        words=words,
    )
