# SPDX-License-Identifier: MIT
"""lib/base/settings.h and defaults.c: the fields of settings, and their defaults.

Some settings have their field elsewhere in the handle (debug, the handle's name).
Their initial value is not a constant, so the owner of the field sets it.
"""

from __future__ import annotations

from string import Template
from typing import Iterable, Iterator, assert_never

from nbdgen.calls import kinds
from nbdgen.calls.limits import number
from nbdgen.calls.model import Record, Setting

HEADER = Template(
    """\
#ifndef NBDI_SETTINGS_H
#define NBDI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the program chose; see the pages of nbd_set_*. */
struct nbdi_settings {
$fields
  uint32_t chosen; /* by a call or a URI: bits of enum nbdi_parameter_id */
};

/* Give each field its default.  Returns -1 if memory is short. */
extern int nbdi_default_settings (struct nbdi_settings *s);

/* Free what the fields point to. */
extern void nbdi_free_settings (struct nbdi_settings *s);

#endif /* NBDI_SETTINGS_H */
"""
)

SOURCE = Template(
    """\
#include "base/settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

int
nbdi_default_settings (struct nbdi_settings *s)
{
  memset (s, 0, sizeof *s);
$defaults
  return $complete;
}

void
nbdi_free_settings (struct nbdi_settings *s)
{
$frees
}
"""
)


def emit_settings_h(records: Iterable[Record]) -> str:
    """The struct."""
    return HEADER.substitute(fields="\n".join(map(_field, _stored(records))))


def emit_defaults_c(records: Iterable[Record]) -> str:
    """The functions."""
    settings = list(_stored(records))
    owned = [s.name for s in settings if _pointer(s)]
    needed = [s.name for s in settings if _pointer(s) and s.initial is not None]
    return SOURCE.substitute(
        defaults="\n".join(
            f"  s->{s.name} = {_initial(s)};" for s in settings if not _zero(s)
        ),
        complete=" && ".join(f"s->{name} != NULL" for name in needed)
        + (" ? 0 : -1" if needed else "0"),
        frees="\n".join(f"  free (s->{name});" for name in owned),
    )


def _stored(records: Iterable[Record]) -> Iterator[Setting]:
    """The settings that have a field here."""
    for record in records:
        if isinstance(record, Setting) and not record.field_name:
            yield record


def _pointer(setting: Setting) -> bool:
    return isinstance(setting.value, (kinds.String, kinds.Path))


def _zero(setting: Setting) -> bool:
    """Whether cleared memory is the initial value."""
    return setting.initial in (None, False) or setting.initial == 0


def _field(setting: Setting) -> str:
    match setting.value:
        case kinds.String() | kinds.Path():
            return f"  char *{setting.name};"
        case _:
            return f"  {setting.value.ctype} {setting.name};"


def _initial(setting: Setting) -> str:
    """The C expression."""
    value = setting.initial
    match setting.value:
        case kinds.Bool():
            return "true" if value else "false"
        case kinds.EnumArg() | kinds.FlagsArg():
            return f"LIBNBD_{setting.value.group.name}_{value}"
        case kinds.String() | kinds.Path():
            return f'strdup ("{value}")'
        case kinds.Int() | kinds.UInt32() | kinds.UInt64():
            return number(setting.value, int(value or 0))
        case _:
            assert_never(setting.value)
