# SPDX-License-Identifier: MIT
"""Kinds of constants, closures, arguments and results.

Each union is closed: an emitter's `match` over it ends in `assert_never`, so
that mypy lists what a new kind needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar, Union

# Constants ---------------------------------------------------------------


@dataclass(frozen=True)
class Constant:
    """One name of the public header, without its LIBNBD_ prefix.

    Inside a group the group's prefix is left out too: DISABLE, FUA.
    """

    name: str
    value: int | str
    text: str
    since: str = "1.0"


@dataclass(frozen=True)
class EnumGroup:
    """Constants of which a parameter takes exactly one (C type int)."""

    name: str  # prefix of every member: TLS, SIZE
    text: str
    members: tuple[Constant, ...]


@dataclass(frozen=True)
class FlagGroup:
    """Constants that combine into a mask (C type uint32_t)."""

    name: str  # prefix of every member: CMD_FLAG, STRICT
    text: str
    members: tuple[Constant, ...]

    @property
    def mask(self) -> int:
        """The union of all members: LIBNBD_<name>_MASK."""
        mask = 0
        for member in self.members:
            assert isinstance(member.value, int)
            mask |= member.value
        return mask


Group = Union[EnumGroup, FlagGroup]


# Closures ----------------------------------------------------------------


class CbArg(Enum):
    """Shapes of callback parameters, each one or two C parameters."""

    BYTES_IN = auto()  # const void *NAME, size_t count
    STRING = auto()  # const char *NAME
    UINT64 = auto()  # uint64_t NAME
    INT64 = auto()  # int64_t NAME
    UINT = auto()  # unsigned NAME
    MUTABLE_INT = auto()  # int *NAME
    EXTENTS32 = auto()  # uint32_t *NAME, size_t nr_entries
    EXTENTS64 = auto()  # nbd_extent *NAME, size_t nr_entries


@dataclass(frozen=True)
class Callback:
    """A closure type, nbd_<name>_callback."""

    name: str
    args: tuple[tuple[CbArg, str], ...]
    text: str
    since: str = "1.0"


# Arguments ---------------------------------------------------------------
# `text` is one phrase for the manual; the generator stops when it is empty.


@dataclass(frozen=True)
class Plain:
    """An argument that may have every value of its C type."""

    ctype: ClassVar[str]
    name: str
    text: str


class Bool(Plain):
    ctype = "bool"


class Int(Plain):
    ctype = "int"


class Milliseconds(Int):
    """A time: -1 means no limit, and 0 turns the feature off."""


class Fd(Plain):
    ctype = "int"


class UInt32(Plain):
    ctype = "uint32_t"


class UInt64(Plain):
    ctype = "uint64_t"


class SizeT(Plain):
    ctype = "size_t"


class UIntPtr(Plain):
    ctype = "uintptr_t"


@dataclass(frozen=True)
class EnumArg:
    ctype: ClassVar[str] = "int"
    name: str
    group: EnumGroup
    text: str


@dataclass(frozen=True)
class FlagsArg:
    """A mandatory mask: every bit of the group is allowed, others are EINVAL."""

    ctype: ClassVar[str] = "uint32_t"
    name: str
    group: FlagGroup
    text: str


@dataclass(frozen=True)
class String:
    name: str
    text: str


@dataclass(frozen=True)
class Path:
    """A file name: bindings also take their language's path objects."""

    name: str
    text: str


@dataclass(frozen=True)
class StringList:
    """NULL-terminated; `argv` lists must not be empty."""

    name: str
    text: str
    argv: bool = False


@dataclass(frozen=True)
class SockAddr:
    """const struct sockaddr *NAME, socklen_t LENGTH."""

    name: str
    length: str
    text: str


@dataclass(frozen=True)
class BytesIn:
    """const void *NAME, size_t SIZE.  In aio forms it must persist."""

    name: str
    size: str
    text: str
    persist: bool = False


@dataclass(frozen=True)
class BytesOut:
    """void *NAME, size_t SIZE.  In aio forms it must persist."""

    name: str
    size: str
    text: str
    persist: bool = False


@dataclass(frozen=True)
class Closure:
    """nbd_<callback>_callback <callback>_callback, by value, mandatory."""

    callback: Callback
    text: str

    @property
    def name(self) -> str:
        return self.callback.name


@dataclass(frozen=True)
class OClosure:
    """As Closure, but optional: callback and free may both be NULL."""

    callback: Callback
    text: str

    @property
    def name(self) -> str:
        return self.callback.name


@dataclass(frozen=True)
class OFlags:
    """Optional flags; `allowed` bits are accepted while STRICT_FLAGS is on.

    `allowed` None means every bit of the group, checked always.
    """

    ctype: ClassVar[str] = "uint32_t"
    name: str
    group: FlagGroup
    allowed: tuple[str, ...] | None  # member names, e.g. ("FUA",)
    text: str


Arg = Union[
    Bool,
    Int,
    Fd,
    EnumArg,
    FlagsArg,
    UInt32,
    UInt64,
    SizeT,
    UIntPtr,
    String,
    Path,
    StringList,
    SockAddr,
    BytesIn,
    BytesOut,
    Closure,
]
OptArg = Union[OClosure, OFlags]


class Ret(Enum):
    """What a function returns."""

    ERR = "0 or -1"
    BOOL = "0, 1 or -1"
    INT = "a number or -1"
    FD = "a file descriptor or -1"
    INT64 = "a 64 bit number or -1"
    COOKIE = "a command's cookie or -1"
    SIZE = "a size or -1"
    STRING = "a string to free, or NULL"
    STATIC_STRING = "a constant string or NULL"
    UINT = "an unsigned number"
    UINT64 = "an unsigned 64 bit number"
    UINTPTR = "a machine word"
    ENUM = "one constant of a group"
    FLAGS = "a mask of constants of a group"
    HANDLE = "a new handle or NULL"
    VOID = "nothing"

    @property
    def ctype(self) -> str:
        """The C type, ready to be put before a name."""
        match self:
            case Ret.ERR | Ret.BOOL | Ret.INT | Ret.FD | Ret.ENUM:
                return "int"
            case Ret.INT64 | Ret.COOKIE:
                return "int64_t"
            case Ret.SIZE:
                return "ssize_t"
            case Ret.STRING:
                return "char *"
            case Ret.STATIC_STRING:
                return "const char *"
            case Ret.UINT:
                return "unsigned"
            case Ret.UINT64:
                return "uint64_t"
            case Ret.UINTPTR:
                return "uintptr_t"
            case Ret.FLAGS:
                return "uint32_t"
            case Ret.HANDLE:
                return "struct nbd_handle *"
            case Ret.VOID:
                return "void"

    @property
    def error(self) -> str | None:
        """The C expression that reports failure, if there is one."""
        match self:
            case Ret.STRING | Ret.STATIC_STRING | Ret.HANDLE:
                return "NULL"
            case Ret.UINT | Ret.UINT64 | Ret.UINTPTR | Ret.ENUM | Ret.FLAGS:
                return None
            case Ret.VOID:
                return None
            case _:
                return "-1"
