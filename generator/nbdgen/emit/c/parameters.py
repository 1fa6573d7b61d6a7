# SPDX-License-Identifier: MIT
"""lib/base/parameters.[ch]: settings that a URI or the environment can make.

A setting with a `parameter` has an identifier, and a row that says which values it
takes and where its field is.
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
  NBDI_TIME,   /* an int, in milliseconds, -1 for none */
  NBDI_WORD,   /* an int, the index of the word in words */
  NBDI_SIZE,   /* a uint64_t, in bytes */
  NBDI_NUMBER, /* a uint32_t, without a unit */
};

struct nbdi_parameter {
  const char *name;
  enum nbdi_parameter_kind kind;
  size_t field; /* offset in struct nbdi_settings */
  int64_t initial, least, most;
  const char *const *words; /* ended by NULL */
  const char *wanted;       /* the same for a message */
};

extern const struct nbdi_parameter nbdi_parameters[NBDI_NR_PARAMETERS];

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
"""
)

ROW = Template(
    """\
  [$id] = {
    .name = "$name",
    .kind = $kind,
    .field = offsetof (struct nbdi_settings, $field),
    .initial = $initial,
    .least = $least,
    .most = INT64_C ($most),$words
  },"""
)


def parameter_id(name: str) -> str:
    """The C name of a setting's identifier."""
    return f"NBDI_PARAMETER_{name.upper()}"


def emit_parameters_h(records: Iterable[Record]) -> str:
    """The declarations."""
    ids = [f"  {parameter_id(s.name)}," for s in _settings(records)]
    return HEADER.substitute(ids="\n".join(ids))


def emit_parameters_c(records: Iterable[Record]) -> str:
    """The rows."""
    settings = _settings(records)
    return SOURCE.substitute(
        words="".join(map(_words, settings)),
        rows="\n".join(map(_row, settings)),
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
        case kinds.UInt32():
            kind = "NBDI_NUMBER"
        case kinds.EnumArg():
            members = [member.name for member in value.group.members]
            limits = 0, len(members) - 1
            kind, initial = "NBDI_WORD", members.index(str(initial))
            words = f"\n    .words = {setting.name}_words,"
            listed = ", ".join(members[:-1]) + f" or {members[-1]}"
            words += f'\n    .wanted = "{listed.lower()}",'
        case (
            kinds.Int()
            | kinds.Bool()
            | kinds.FlagsArg()
            | kinds.String()
            | kinds.Path()
        ):
            raise AssertionError(setting.name)  # check_api.py refuses them
        case _:
            assert_never(value)
    if not words:
        limits = number_limits(setting) or number_range(value)
    return ROW.substitute(
        id=parameter_id(setting.name),
        name=setting.parameter,
        field=setting.name,
        kind=kind,
        initial=int(initial or 0),
        least=limits[0],
        most=limits[1],
        words=words,
    )
