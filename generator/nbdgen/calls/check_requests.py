# SPDX-License-Identifier: MIT
"""Rules that every request record must meet, and the calls that send one.

Each rule is one function that yields messages; all are collected, with the file and
line of the wrong record.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Iterable, Iterator, Sequence

from api.constants import CMD_FLAG

from nbdgen.calls import kinds
from nbdgen.calls.check_api import API_DIRECTORY, locate, place_of
from nbdgen.calls.check_types import wrong_fields
from nbdgen.calls.model import Command, Record
from nbdgen.calls.requests import Payload, Request
from nbdgen.machine.model import Machine
from nbdgen.protocol import constants
from nbdgen.source import Place, Problem, SourceError

MAX_NUMBER = 255  # a table has a row for each number up to the largest
_NAME = re.compile(r"NBD_CMD_[A-Z][A-Z0-9_]*")
_FUNCTION = re.compile(r"nbdi_[a-z0-9_]+")
_SELECTOR = "CHUNK"


def check_requests(
    requests: Sequence[Request],
    every: Sequence[str],
    records: Iterable[Record],
    machine: Machine,
    root: Path,
    directory: Path = API_DIRECTORY,
) -> None:
    """Raise SourceError if a request, or a call that sends one, is wrong."""
    problems: list[Problem] = []
    for request in requests:
        if not isinstance(request, Request):
            place = Place(f"generator/{directory.name}", 1)
            problems.append(Problem(place, f"{request!r} is not a Request"))
            continue
        found = [*wrong_fields(request)]
        if not found:
            found += [
                *_named(request, requests),
                *_flags_known(request),
                *_server_flags_known(request, constants(root)),
                *_range_is_right(request),
                *_chunks_known(request, machine),
                *_functions_named(request),
            ]
        place = place_of("Request", str(request.name), directory)
        problems += [Problem(place, f"{request.name}: {text}") for text in found]
    if problems:
        raise SourceError(problems)
    problems += _chunks_answer(requests, every, machine, directory)
    for record in records:
        if isinstance(record, Command):
            place = locate(record, directory)
            problems += [
                Problem(place, f"{record.name}: {text}")
                for text in (*_sent(record, requests), *_arguments(record))
            ]
    if problems:
        raise SourceError(problems)


# Rules of a request ---------------------------------------------------------


def _named(request: Request, requests: Sequence[Request]) -> Iterator[str]:
    """Name, number and word are well formed, and no other request has them."""
    if not _NAME.fullmatch(request.name):
        yield "is not the name of a command: use NBD_CMD_ and capitals"
    if not 0 <= request.number <= MAX_NUMBER:
        yield f"number {request.number} is not from 0 to {MAX_NUMBER}"
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", request.word):
        yield f"word {request.word!r} is not made of small letters"
    for other in requests[: requests.index(request)]:
        if not isinstance(other, Request):
            continue
        for field in ("name", "number", "word"):
            if getattr(other, field) == getattr(request, field):
                yield f"has the {field} of {other.name}"


def _flags_known(request: Request) -> Iterator[str]:
    """The flags that it may carry are members of CMD_FLAG, each given once."""
    members = [member.name for member in CMD_FLAG.members]
    names = [flag.name for flag in request.flags]
    for name in dict.fromkeys(names):
        if name not in members:
            yield f"{name} is not a flag of commands"
        if names.count(name) > 1:
            yield f"flag {name} is given twice"


def _server_flags_known(request: Request, known: frozenset[str]) -> Iterator[str]:
    """The flags that a server must have set are flags of the protocol."""
    wanted = [request.needs, *(flag.permitted_by for flag in request.permitted)]
    for name in wanted:
        if name is not None and not (name in known and name.startswith("NBD_FLAG_")):
            yield f"{name} is not a flag of the protocol"


def _range_is_right(request: Request) -> Iterator[str]:
    """A request with a payload has a range; the errno for its end exists."""
    if request.past_end is None:
        if request.payload is not Payload.NONE:
            yield "has a payload, but no range: past_end is missing"
        if request.shortened:
            yield "is shortened, but has no range"
    elif not hasattr(errno, request.past_end):
        yield f"there is no errno called {request.past_end}"


def _chunks_known(request: Request, machine: Machine) -> Iterator[str]:
    """A group serves each chunk that answers it; only a reply has chunks."""
    served = machine.serving(_SELECTOR)
    for name in request.chunks:
        if name not in served:
            yield f"no group serves the chunk {name}"
        if request.chunks.count(name) > 1:
            yield f"chunk {name} is given twice"
    if not request.answered and (request.chunks or request.at_reply):
        yield "has chunks or something to do at a reply, but no reply"


def _functions_named(request: Request) -> Iterator[str]:
    for field in ("at_reply", "at_completion"):
        name = getattr(request, field)
        if name and not _FUNCTION.fullmatch(name):
            yield f"{field}: {name!r} is not a function of the library"


# Rules of requests and others -----------------------------------------------


def _chunks_answer(
    requests: Sequence[Request],
    every: Sequence[str],
    machine: Machine,
    directory: Path,
) -> Iterator[Problem]:
    """Each chunk that a group serves answers some commands, or every command."""
    served = machine.serving(_SELECTOR)
    answering = {name for request in requests for name in request.chunks}
    for name, group in served.items():
        if name not in answering and name not in every:
            text = f"{name} answers no command of generator/{directory.name}"
            yield Problem(group.place, text)
        elif name in answering and name in every:
            yield Problem(group.place, f"{name} is in EVERY_COMMAND and in a request")
    for name in every:
        if name not in served:
            place = Place(f"generator/{directory.name}", 1)
            yield Problem(place, f"EVERY_COMMAND: no group serves the chunk {name}")


def _sent(record: Command, requests: Sequence[Request]) -> Iterator[str]:
    """The request that a call sends exists, and can carry the call's flags."""
    if not any(record.sends is request for request in requests):
        yield f"sends {record.sends.name}, which is not in REQUESTS"
        return
    known = [flag.name for flag in record.sends.flags]
    for name in record.flags:
        if name not in known:
            yield f"takes the flag {name}, which {record.sends.name} cannot carry"


def _arguments(record: Command) -> Iterator[str]:
    """A call has a buffer if its request has a payload, an offset if a range."""
    request = record.sends
    buffers = {
        Payload.OUT: any(isinstance(arg, kinds.BytesIn) for arg in record.args),
        Payload.IN: any(isinstance(arg, kinds.BytesOut) for arg in record.args),
    }
    for payload, there in buffers.items():
        if there and request.payload is not payload:
            yield f"has a buffer, but {request.name} has no bytes {payload.value}"
        if not there and request.payload is payload:
            yield f"has no buffer, but {request.name} has bytes {payload.value}"
    ranged = any(arg.name == "offset" for arg in record.args)
    if ranged != (request.past_end is not None):
        has = "has" if ranged else "has no"
        yield f"{has} offset, unlike {request.name}"
