# SPDX-License-Identifier: MIT
"""Which numbers a setting takes, in C and in words."""

from __future__ import annotations

from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Setting

Limits = tuple[int, int]  # both included

RANGES: dict[str, Limits] = {
    "int": (-(2**31), 2**31 - 1),
    "uint32_t": (0, 2**32 - 1),
    "uint64_t": (0, 2**64 - 1),
}
NO_LIMIT = -1  # of a time


def number_range(value: Arg) -> Limits:
    """All numbers that the C type can hold."""
    assert isinstance(value, (kinds.Int, kinds.UInt32, kinds.UInt64))
    return RANGES[value.ctype]


def number_limits(setting: Setting) -> Limits | None:
    """The limits that the setter checks; None if it checks none."""
    if setting.limits is None and isinstance(setting.value, kinds.Milliseconds):
        return NO_LIMIT, number_range(setting.value)[1]
    return setting.limits


def outside(value: Arg, limits: Limits) -> str:
    """The C condition that a number is beyond the limits; empty if it cannot be."""
    least, most = number_range(value)
    conditions: list[str] = []
    if limits[0] > least:
        conditions.append(f"{value.name} < {number(value, limits[0])}")
    if limits[1] < most:
        conditions.append(f"{value.name} > {number(value, limits[1])}")
    return " || ".join(conditions)


def number(value: Arg, n: int) -> str:
    """A number as a C expression of the argument's type."""
    match value:
        case kinds.UInt64():
            return f"UINT64_C ({n})"
        case kinds.UInt32():
            return f"UINT32_C ({n})"
        case _:
            return "INT_MIN" if n == RANGES["int"][0] else str(n)


def must_be(value: Arg, limits: Limits) -> str:
    """The same for a message: what it must be."""
    least, most = number_range(value)
    if limits[1] == most:
        return f"at least {limits[0]}"
    if limits[0] == least:
        return f"at most {limits[1]}"
    return f"from {limits[0]} to {limits[1]}"


def limit_words(value: Arg, limits: Limits) -> str:
    """The same for the manual: what it must not be."""
    least, most = number_range(value)
    if limits[1] == most:
        return f"below {limits[0]}"
    if limits[0] == least:
        return f"above {limits[1]}"
    return f"not from {limits[0]} to {limits[1]}"
