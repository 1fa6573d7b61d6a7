# SPDX-License-Identifier: MIT
"""The model of a command of the protocol: what a request record can say.

A `Request` describes once what follows from the kind of a command; the calls of the
public interface name the request that they send (`Command.sends`).
check_requests.py checks the records, emit/c/requests.py makes lib/base/requests.h
of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Payload(Enum):
    """In which direction the bytes of the range are sent, if they are."""

    NONE = "nowhere"
    OUT = "to the server, behind the request"
    IN = "to us, in the reply"


@dataclass(frozen=True)
class RequestFlag:
    """A flag of commands: a member of CMD_FLAG."""

    name: str  # FUA, ...
    permitted_by: str | None = None  # NBD_FLAG_*; None: no server forbids it


@dataclass(frozen=True)
class Request:
    """One command of the transmission phase."""

    name: str  # NBD_CMD_READ, ...
    number: int  # on the wire
    word: str  # what messages call it
    payload: Payload = Payload.NONE
    flags: tuple[RequestFlag, ...] = ()  # that it may carry
    needs: str | None = None  # NBD_FLAG_* without which the server does not know it
    modifies: bool = False  # so an export that is read-only refuses it
    advisory: bool = False  # the server may do nothing and report success
    settles: bool = False  # makes durable what was acknowledged before
    # The errno of a range beyond the end of the export; None: it has no range.
    past_end: str | None = None
    shortened: bool = False  # a count that does not fit into 32 bits is cut to fit
    # NBD_REPLY_TYPE_* that answer it, besides those that answer every command.  If
    # there are any, a successful reply without chunks is an error of the server.
    chunks: tuple[str, ...] = ()
    answered: bool = True  # the server replies to it
    # Functions of the library that are called with (s, c): when the final reply has
    # come and is no error; and when the command completes, for whatever reason.
    at_reply: str = ""
    at_completion: str = ""

    @property
    def permitted(self) -> tuple[RequestFlag, ...]:
        """The flags of the request that a server may forbid."""
        return tuple(flag for flag in self.flags if flag.permitted_by)
