# SPDX-License-Identifier: MIT
"""The manual page of one function, in a fixed order of parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence, assert_never

from nbdgen import doc, releases
from nbdgen.calls import kinds
from nbdgen.calls.model import Arg, Body, Function, Group, OptArg, Phase, Ret
from nbdgen.doc import ArgName, Item, Line, Names, Para
from nbdgen.emit.c.cdecl import (
    SPECIAL_PROTOTYPES,
    arg_params,
    callback_params,
    closure_name,
    closure_type,
    params,
)
from nbdgen.emit.man import roff
from nbdgen.source import Place, Problem, SourceError

# The day on which the text of the interface last changed, not the day of the build.
DATE = "2026-11-29"
SOURCE = "Causeway, libnbd 1.24"

SECTIONS = (
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "ARGUMENTS",
    "RETURN VALUE",
    "ERRORS",
    "HANDLE STATE",
    "LOCKING",
    "PROTOCOL",
    "VERSION",
    "EXAMPLE",
    "SEE ALSO",
)
WIDTH = 70  # of code in a page, which a terminal shows indented

QUERIES = {
    Phase.CREATED: ("Created", ("aio_is_created",)),
    Phase.CONNECTING: ("Connecting", ("aio_is_connecting",)),
    Phase.NEGOTIATING: ("Negotiating", ("aio_is_negotiating",)),
    Phase.CONNECTED: ("Connected", ("aio_is_ready", "aio_is_processing")),
    Phase.CLOSED: ("Closed", ("aio_is_closed",)),
    Phase.DEAD: ("Dead", ("aio_is_dead",)),
}


def title(name: str) -> str:
    """The head of a page; its text is aligned on the left only."""
    return f'.TH {name} 3 {DATE} "{SOURCE}" "Library functions"\n.ad l'


def member_name(group: Group, member: kinds.Constant) -> str:
    """A member's name without the group's: FUA of LIBNBD_CMD_FLAG_FUA."""
    return member.name.removeprefix(f"{group.name}_")


def constant_name(group: Group, member: kinds.Constant) -> str:
    return f"LIBNBD_{group.name}_{member_name(group, member)}"


# What a page says -----------------------------------------------------------


def listed(words: Sequence[str], last: str = "and") -> str:
    """a, b and c"""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def prototype(start: str, texts: Sequence[str]) -> list[str]:
    """`start (texts)` on lines that fit into a page."""
    column = len(start) + 2
    if column + max(map(len, texts)) + 2 > WIDTH:
        column = 8
    lines = [f"{start} ("]
    for number, text in enumerate(texts, 1):
        piece = text + ("," if number < len(texts) else ");")
        space = "" if lines[-1].endswith("(") else " "
        if len(lines[-1] + space + piece) <= WIDTH or number == 1:
            lines[-1] += space + piece
        else:
            lines.append(" " * column + piece)
    return lines


def synopsis(function: Function) -> str:
    lines = ["#include <libnbd.h>", ""]
    for arg in function.closures:
        lines.append("typedef struct {")
        lines += prototype("  int (*callback)", callback_params(arg.callback))
        lines += ["  void *user_data;", "  void (*free) (void *user_data);"]
        lines += [f"}} {closure_type(arg.callback)};", ""]
    ctype = function.returns.ctype
    texts: Sequence[str] = [str(param) for param in params(function)]
    if function.body is Body.SPECIAL:
        ctype, texts = SPECIAL_PROTOTYPES[function.name]
    space = "" if ctype.endswith("*") else " "
    lines += prototype(f"{ctype}{space}nbd_{function.name}", texts)
    rows = [f"\\fB{roff.typed(row)}\\fR" if row else "" for row in lines]
    return "\n".join([".nf", *rows, ".fi"])


def members(group: Group, allowed: Sequence[str] | None) -> list[str]:
    """The constants of a group as a nested list."""
    rows = [".RS"]
    for member in group.members:
        if allowed is None or member_name(group, member) in allowed:
            term = roff.bold(constant_name(group, member))
            text = roff.fill(roff.escape(sentence(member.text)))
            rows.append(roff.tagged(term, text))
    return [*rows, ".RE"]


class PageWriter:
    """Writes the page of one function."""

    def __init__(
        self,
        function: Function,
        family: Sequence[str],
        names: Names,
        snippet: str,
        place: Place,
    ) -> None:
        self.function = function
        self.family = family  # the other forms of the same call
        self.names = names
        self.snippet = snippet
        self.place = place

    def prose(self, text: str) -> str:
        """A phrase or paragraph of the record."""
        line = self.as_in_c(doc.parse_line(text, self.names, self.place))
        return roff.line(line, self.function.name)

    def as_in_c(self, line: Line) -> Line:
        """Records call a closure *list*; the C parameter is list_callback."""
        names = {c.name: closure_name(c.callback) for c in self.function.closures}
        return tuple(
            ArgName(names.get(part.name, part.name))
            if isinstance(part, ArgName)
            else part
            for part in line
        )

    def page(self) -> str:
        rows = [title(f"nbd_{self.function.name}")]
        parts = {
            "NAME": self.name,
            "SYNOPSIS": lambda: [synopsis(self.function)],
            "DESCRIPTION": self.description,
            "ARGUMENTS": self.arguments,
            "RETURN VALUE": self.returns,
            "ERRORS": self.errors,
            "HANDLE STATE": self.state,
            "LOCKING": self.locking,
            "PROTOCOL": self.protocol,
            "VERSION": self.version,
            "EXAMPLE": self.example,
            "SEE ALSO": self.see_also,
        }
        assert tuple(parts) == SECTIONS
        for heading, write in parts.items():
            if body := write():
                rows += [f'.SH "{heading}"', *body]
        return roff.finish(rows)

    def name(self) -> list[str]:
        summary = doc.parse_line(self.function.summary, self.names, self.place)
        text = roff.escape(doc.plain_line(summary))
        return [f"nbd_{self.function.name} \\- {text}"]

    def description(self) -> list[str]:
        function = self.function
        tree = doc.parse(function.text, self.names, self.place)
        rows: list[str] = []
        for part in tree:
            if isinstance(part, Para | Item):
                part = replace(part, line=self.as_in_c(part.line))
            rows.append(roff.block(part, function.name))
        kind = function.async_kind
        if kind and kind.changes and not function.sync.startswith("connect"):
            query, value = kind.changes
            rows.append(
                ".PP\n"
                + roff.fill(
                    f"The call does not wait; it is done once "
                    f"{roff.page('nbd_' + query)} "
                    f"returns {'true' if value else 'false'}."
                )
            )
        return rows

    def arguments(self) -> list[str]:
        every = [*self.function.args, *self.function.opt]
        return [row for arg in every for row in self.argument(arg)]

    def argument(self, arg: Arg | OptArg) -> list[str]:
        """The record's text, then what holds for all arguments of this kind."""
        terms = [roff.italic(param.name) for param in arg_params(arg)]
        rows = [roff.tagged(", ".join(terms), self.prose(sentence(arg.text)))]
        match arg:
            case kinds.EnumArg() | kinds.FlagsArg():
                rows += members(arg.group, None)
            case kinds.OFlags():
                if arg.allowed == ():
                    rows.append("No flag has a meaning here: pass 0.")
                else:
                    rows += members(arg.group, arg.allowed)
            case kinds.Closure():
                text = arg.callback.text
                rows.append(self.prose(f"It is given {text[:1].lower()}{text[1:]}"))
            case kinds.OClosure():
                none = roff.bold(f"NBD_NULL_{arg.callback.name.upper()}")
                rows.append(f"Without one, pass {none}.")
            case _:
                pass
        return rows

    def returns(self) -> list[str]:
        function = self.function
        text = returned(function.returns)
        if function.name == "get_errno":
            text = "A number as in errno(3), or 0 if there is none."
        elif function.returns is Ret.BOOL and not function.may_set_error:
            text = "1 for true, 0 for false."
        elif function.body is Body.AIO and function.returns is Ret.INT:
            text = returned(Ret.ERR)  # the number is known only when it is done
        elif function.returns in NUMBERS and not function.may_set_error:
            text = returned(Ret.UINT)
        elif function.returns is Ret.STATIC_STRING and not function.may_set_error:
            text = "A string that belongs to the library and must not be freed."
        rows = [roff.fill(text)]
        if function.group:
            rows += members(function.group, None)
        return rows

    def errors(self) -> list[str]:
        function = self.function
        if not function.may_set_error or function.name in ("get_error", "get_errno"):
            return [
                "This call does not fail, and does not change the thread's last error."
            ]
        error = roff.page("nbd_get_error")
        errno = roff.page("nbd_get_errno")
        rows = [
            roff.fill(
                f"On failure {error} returns a message for people and {errno} "
                "a number, both for the calling thread."
            )
        ]
        for number in sorted(function.errors):
            text = self.prose(sentence(function.errors[number]))
            rows.append(roff.tagged(roff.bold(number), text))
        return rows

    def state(self) -> list[str]:
        function = self.function
        if function.body is Body.SPECIAL and function.name != "close":
            return ["This call takes no handle."]
        if function.name == "create":
            return ["The new handle is Created."]
        if not function.phases:
            return ["The handle may be in any state."]
        words = [
            word for phase, (word, _) in QUERIES.items() if phase & function.phases
        ]
        asked = [
            roff.page(f"nbd_{query}")
            for phase, (_, queries) in QUERIES.items()
            if phase & function.phases
            for query in queries
        ]
        tell = "tells" if len(asked) == 1 else "tell"
        return [
            roff.fill(
                f"The handle must be {listed(words, 'or')}. {listed(asked)} {tell}."
            )
        ]

    def locking(self) -> list[str]:
        return [roff.fill(text) for text in locking(self.function)]

    def protocol(self) -> list[str]:
        if self.function.spec is None:
            return []
        heading = roff.escape(self.function.spec)
        return [
            roff.fill(
                f"Section \\(lq{heading}\\(rq of the NBD protocol document, "
                "doc/proto.md of the NBD project."
            )
        ]

    def version(self) -> list[str]:
        name = self.function.name
        have = roff.bold(f"LIBNBD_HAVE_NBD_{name.upper()}")
        return [
            roff.fill(
                f"Since {releases.words(self.function.since)}. "
                f"{have} is defined where the header declares it."
            )
        ]

    def example(self) -> list[str]:
        rows = [roff.code(self.snippet)] if self.snippet else []
        if path := self.function.example:
            text = f"A complete program is {roff.bold(path)} in the sources."
            rows.append(f".PP\n{roff.fill(text)}")
        return rows

    def see_also(self) -> list[str]:
        own = self.function.name
        others = {*self.family, *self.function.see_also} - {own}
        if wrong := sorted(others - self.names.functions):
            text = f"see_also: no function {listed(wrong)}"
            raise SourceError([Problem(self.place, text)])
        if self.function.body is not Body.SPECIAL:
            others.add("create")
        pages = [roff.page(f"nbd_{name}") for name in sorted(others)]
        return [",\n".join([*pages, roff.page("libnbd")]) + "."]


# Numbers of which -1 can be one that was chosen, if the call cannot fail.
NUMBERS = (Ret.INT, Ret.INT64, Ret.SIZE)


def returned(kind: Ret) -> str:
    """What a call returns on success and on failure."""
    null = f"or {roff.bold('NULL')} on failure."
    match kind:
        case Ret.ERR:
            return "0 on success, \\-1 on failure."
        case Ret.BOOL:
            return "1 for true, 0 for false, \\-1 on failure."
        case Ret.INT | Ret.INT64 | Ret.SIZE:
            return "A number that is not negative, or \\-1 on failure."
        case Ret.FD:
            return "A file descriptor that belongs to the library, or \\-1 on failure."
        case Ret.COOKIE:
            return "The command's cookie, 1 or more, or \\-1 on failure."
        case Ret.STRING:
            return f"A new string, to be freed with {roff.page('free')}, {null}"
        case Ret.STATIC_STRING:
            return f"A string of the library, which must not be freed, {null}"
        case Ret.HANDLE:
            return f"The new handle, {null}"
        case Ret.VOID:
            return "None."
        case Ret.UINT | Ret.UINT64:
            return "A number; the call cannot fail."
        case Ret.UINTPTR:
            return "A word of the caller's; the call cannot fail."
        case Ret.ENUM:
            return "One of these numbers."
        case Ret.FLAGS:
            return "Any of these bits together."
        case _:
            assert_never(kind)


BLOCKING = {
    Body.SYNC_COMMAND: "until the server has answered",
    Body.SYNC_OPTION: "until the server has answered",
    Body.SYNC_CONNECT: "until the handle is connected, or Negotiating in option mode",
}


def sentence(text: str) -> str:
    """A phrase of a record, with its capital and its full stop."""
    first = text if text[:1] in "`*" else text[:1].upper() + text[1:]
    return first if first.endswith(".") else first + "."


def locking(function: Function) -> list[str]:
    """What the call means for other threads and for callbacks."""
    if function.name == "close":
        return [
            "The call takes no lock. No other call may be running on the handle, "
            "nor may it be used afterwards."
        ]
    if function.body is Body.SPECIAL:
        return ["The call takes no lock and does not block."]
    if not function.locked:
        return [
            "The call takes no lock and does not block, so callbacks may use it. "
            "What it tells of a connection is what was true when the handle's lock "
            "was last released."
        ]
    rows = [
        "The call takes the handle's lock, so it must not be made on the same "
        "handle from a callback."
    ]
    if wait := BLOCKING.get(function.body):
        rows.append(f"It blocks {wait}.")
    elif function.name in ("poll", "poll2", "shutdown"):
        rows.append("It blocks.")
    elif function.modifies_fd:
        rows.append("It reads or writes the socket as far as that does not block.")
    else:
        rows.append("It does not wait for the server.")
    if function.modifies_fd and not function.name.startswith("aio_notify"):
        rows.append(
            "A program whose main loop watches the socket must not call it from "
            "there: it would take events that the loop waits for."
        )
    if function.closures:
        rows.append("Its callbacks run with the lock held.")
    return rows
