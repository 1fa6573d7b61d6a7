# SPDX-License-Identifier: MIT
"""The model of the public interface: what an API record can say.

A record describes one idea once: `Command` makes `nbd_X` and `nbd_aio_X`,
`Option` makes `nbd_opt_X` and `nbd_aio_opt_X`, `Connect` makes
`nbd_connect_X` and `nbd_aio_connect_X`, `Setting` makes `nbd_set_X` and
`nbd_get_X`, `Call` makes one function.  `functions` (in expand.py) turns
records into a flat list of `Function`, which is all that emitters see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import Mapping, Union

# All of these are part of the model: records import them from here.  Emitters
# that tell many kinds of argument apart write kinds.UInt64.
from nbdgen.calls.kinds import (  # noqa: F401
    Arg as Arg,
    Bool as Bool,
    BytesIn as BytesIn,
    BytesOut as BytesOut,
    Callback as Callback,
    CbArg as CbArg,
    Closure as Closure,
    Constant as Constant,
    EnumArg as EnumArg,
    EnumGroup as EnumGroup,
    Fd as Fd,
    FlagGroup as FlagGroup,
    FlagsArg as FlagsArg,
    Group as Group,
    Int as Int,
    Milliseconds as Milliseconds,
    OClosure as OClosure,
    OFlags as OFlags,
    OptArg as OptArg,
    Path as Path,
    Ret as Ret,
    SizeT as SizeT,
    SockAddr as SockAddr,
    String as String,
    StringList as StringList,
    UInt32 as UInt32,
    UInt64 as UInt64,
    UIntPtr as UIntPtr,
)
from nbdgen.calls.requests import Request


class Phase(Flag):
    """The phases of a handle's life; a call is permitted in some of them."""

    CREATED = auto()
    CONNECTING = auto()
    NEGOTIATING = auto()
    CONNECTED = auto()
    CLOSED = auto()
    DEAD = auto()


CREATED = Phase.CREATED
NEGOTIATING = Phase.NEGOTIATING
CONNECTED = Phase.CONNECTED
CLOSED = Phase.CLOSED
DEAD = Phase.DEAD
ANY = Phase(0)  # no check at all
SETUP = CREATED | NEGOTIATING
DETAILS = NEGOTIATING | CONNECTED | CLOSED  # when export details may be read


# Records -----------------------------------------------------------------
# `errors` maps an errno name to when it happens; errors that follow from
# argument kinds and phases are added by expand.py and not written here.

Errors = Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """One function, written by hand as nbdi_<name> with the handle locked."""

    name: str
    since: str
    returns: Ret
    summary: str  # one line, lower case, no full stop
    text: str
    args: tuple[Arg, ...] = ()
    opt: tuple[OptArg, ...] = ()
    phases: Phase = ANY
    errors: Errors = field(default_factory=dict)
    may_set_error: bool = True
    locked: bool = True
    modifies_fd: bool = False  # not for programs that run their own main loop
    changes: tuple[str, bool] | None = None  # asynchronous: see Async.changes
    special: bool = False  # written by hand under its public name
    group: Group | None = None  # of Ret.ENUM, Ret.FLAGS
    spec: str | None = None  # heading in the NBD protocol document
    example: str | None = None  # path below the top of the tree
    see_also: tuple[str, ...] = ()
    section: str = ""  # heading under which libnbd(3) lists it


@dataclass(frozen=True)
class Setting:
    """nbd_set_<name> and nbd_get_<name> over one field h-><field>.

    `value` is the one argument.  No C is written by hand: String and Path are copied,
    all others are stored.  A number must be within `limits`; without them, a time must
    be -1 or more.  The generator also makes the field, with the value `initial` in a
    new handle, unless `field_name` names a field of another part of the handle.
    With `custom_set`, nbdi_set_<name> is written by hand; with `custom_get`,
    nbdi_get_<name> is.
    """

    name: str
    since: str
    value: Bool | EnumArg | FlagsArg | String | Path | Int | UInt32 | UInt64
    set_summary: str
    text: str  # about the setting; serves both pages
    # A constant's name without its group, as in "DISABLE"; True or False; a number
    # or a string.  None: a string that is not set.
    initial: bool | int | str | None = None
    default: str = ""  # for the manual, if it is not what `initial` says
    limits: tuple[int, int] | None = None  # of a number, both included
    parameter: str = ""  # its name in a URI and the environment, if it has one
    phases: Phase = ANY  # when set is permitted; get always is
    errors: Errors = field(default_factory=dict)  # of set
    field_name: str = ""  # C member, default "settings.<name>"
    custom_set: bool = False
    custom_get: bool = False
    get_summary: str = ""  # "" when there is no getter
    get_text: str = ""  # added to text on the getter's page
    get_may_set_error: bool = True  # as in libnbd
    get_errors: Errors = field(default_factory=dict)
    spec: str | None = None
    example: str | None = None
    see_also: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True)
class Command:
    """A request in transmission: nbd_<name> and nbd_aio_<name>.

    Only nbdi_aio_<name> is written by hand.  If *count* and *offset* are the only
    arguments, or if there are none, that function is generated, too.
    """

    name: str
    since: str
    sends: Request  # what goes over the wire
    summary: str
    text: str
    aio_text: str = ""  # added on the aio page, after the common part
    args: tuple[Arg, ...] = ()
    flags: tuple[str, ...] = ()  # allowed CMD_FLAG members, which `sends` has too
    flags_text: str = ""
    errors: Errors = field(default_factory=dict)
    spec: str = "Request types"
    example: str | None = None
    aio_example: str | None = None
    see_also: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True)
class Option:
    """A request in negotiation: nbd_opt_<name> and nbd_aio_opt_<name>.

    Only nbdi_aio_opt_<name> is written by hand.
    """

    name: str
    since: str  # of the blocking form
    sends: str  # NBD_OPT_GO, ...
    returns: Ret  # of the blocking form: ERR, BOOL or INT
    summary: str
    text: str
    aio_text: str = ""
    aio_since: str = ""  # "" = since
    aio_completion: bool = True  # False for opt_abort only
    aio_returns: Ret = Ret.ERR  # of the aio form: ERR or INT, always 0
    args: tuple[Arg, ...] = ()
    errors: Errors = field(default_factory=dict)
    spec: str = "Option types"
    example: str | None = None
    aio_example: str | None = None
    see_also: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True)
class Connect:
    """A way to a server: nbd_connect_<name> and nbd_aio_connect_<name>.

    Only nbdi_aio_connect_<name> is written by hand.
    """

    name: str
    since: str
    summary: str
    text: str
    aio_text: str = ""
    args: tuple[Arg, ...] = ()
    errors: Errors = field(default_factory=dict)
    spec: str | None = None
    example: str | None = None
    aio_example: str | None = None
    see_also: tuple[str, ...] = ()
    section: str = ""


Record = Union[Call, Setting, Command, Option, Connect]


# What emitters see ---------------------------------------------------------


class Body(Enum):
    """How the C wrapper does its work once the checks have passed."""

    CALL = auto()  # return nbdi_<name> (h, args)
    SET = auto()  # store into `field`
    GET = auto()  # load from `field`
    AIO = auto()  # nbdi_aio_<name>: command, option or connect, queued
    SYNC_COMMAND = auto()  # nbdi_<aio>, then wait for the command
    SYNC_OPTION = auto()  # nbdi_<aio>, then wait for the option
    SYNC_CONNECT = auto()  # nbdi_<aio>, then wait until connected
    SPECIAL = auto()  # create, close, get_error, get_errno: all by hand


@dataclass(frozen=True)
class Async:
    """When an asynchronous call is finished."""

    completion: bool  # through its completion callback
    changes: tuple[str, bool] | None  # or once nbd_<name> returns this


@dataclass(frozen=True)
class Function:
    """One exported C function, nbd_<name>."""

    name: str
    since: str
    returns: Ret
    args: tuple[Arg, ...] = ()
    opt: tuple[OptArg, ...] = ()
    phases: Phase = ANY
    may_set_error: bool = True
    locked: bool = True
    modifies_fd: bool = False
    async_kind: Async | None = None
    body: Body = Body.CALL
    field_name: str = ""  # for SET and GET
    limits: tuple[int, int] | None = None  # for SET
    is_parameter: bool = False  # SET: a URI and the environment can choose it too
    group: Group | None = None
    plain: Request | None = None  # of a command for which no C is written by hand
    aio: str = ""  # for SYNC_*: name of the aio function; else ""
    sync: str = ""  # for AIO: name of the blocking function, if any
    summary: str = ""
    text: str = ""
    errors: Errors = field(default_factory=dict)  # complete, derived ones included
    spec: str | None = None
    example: str | None = None
    see_also: tuple[str, ...] = ()
    section: str = ""

    @property
    def takes_handle(self) -> bool:
        """Whether the first C parameter is the handle."""
        return self.name not in ("create", "get_error", "get_errno")

    @property
    def closures(self) -> list[Closure | OClosure]:
        """The closures that it takes, in the order of C."""
        every = [*self.args, *self.opt]
        return [arg for arg in every if isinstance(arg, (Closure, OClosure))]

    @property
    def error(self) -> str | None:
        """The C expression that reports failure, None if it cannot fail."""
        return self.returns.error if self.may_set_error else None
