# SPDX-License-Identifier: MIT
"""Doc comments of the Go package, from the text of the manual pages."""

from __future__ import annotations

import textwrap
from typing import assert_never

from api.constants import ENVIRONMENT

from nbdgen import doc, releases
from nbdgen.calls.check_api import argument_names, known_names
from nbdgen.calls.model import BytesIn, BytesOut, Function, OClosure, OFlags
from nbdgen.emit.comments import Prose, wrap
from nbdgen.emit.golang.types import callback_type, camel, pascal
from nbdgen.source import Place

WIDTH = 80
TAB = "\t"
ITEM = "  - "

# Functions that are not methods of the usual form.
SPECIAL = {
    "create": "[Create]",
    "close": "[Libnbd.Close]",
    "get_error": "[LibnbdError]",
    "get_errno": "[LibnbdError]",
}

# Errors that Go makes impossible: there is no NULL.
HIDDEN_ERRORS = frozenset({"EFAULT"})


def comment(text: str, indent: str = "") -> str:
    """Lines of a doc comment as gofmt has them: no space before code."""
    rows = [f"{'' if row[:1] == TAB else ' '}{row}" for row in text.split("\n")]
    return "\n".join(f"{indent}//{row}".rstrip() for row in rows)


def fill(text: str, first: str = "", rest: str = "", room: int = WIDTH - 3) -> str:
    return wrap(text, room, first, rest)


def function_name(name: str) -> str:
    """A reference to the method for this function."""
    return SPECIAL.get(name, f"[Libnbd.{pascal(name)}]")


class GoProse(Prose):
    """Renders the text of one function."""

    def __init__(self, function: Function, every: list[Function]) -> None:
        arguments = [name for one in every for name in argument_names(one)]
        names = known_names(every).with_args(arguments).speaking("go")
        super().__init__(names, Place(f"record of {function.name}", 1))
        self.function = function

    def argument(self, name: str) -> str:
        """The words for an argument in a method's comment."""
        if name == "error":
            return "*error"  # a pointer that callbacks get
        for arg in (*self.function.args, *self.function.opt):
            match arg:
                case BytesIn() | BytesOut() if arg.size == name:
                    buf = camel(arg.name)
                    return f"{buf}.Size" if arg.persist else f"len({buf})"
                case OClosure() if arg.name == name:
                    return f"optargs.{callback_type(arg.callback)}"
                case OFlags() if arg.name == name:
                    return f"optargs.{pascal(name)}"
                case _ if arg.name == name:
                    return camel(name)
        return name

    def word(self, part: doc.Inline) -> str:
        match part:
            case doc.Text(text) | doc.Literal(text):
                return text
            case doc.ArgName(name):
                return self.argument(name)
            case doc.FunctionName(name):
                return function_name(name)
            case doc.ConstantName(name):
                short = name.removeprefix("LIBNBD_")
                return name if short in ENVIRONMENT else f"[{short}]"
            case doc.Page(name, section):
                return f"{name}({section})"
            case _:
                assert_never(part)

    def paragraph(self, text: str) -> str:
        return fill(text)

    def code(self, text: str) -> str:
        return textwrap.indent(text, TAB)

    def item(self, text: str) -> str:
        return fill(text, ITEM, " " * len(ITEM))

    def blocks(self, text: str) -> list[str]:
        """The paragraphs of a text; a list is one block."""
        found: list[str] = []
        for block in super().blocks(text):
            if block.startswith(ITEM) and found and found[-1].startswith(ITEM):
                found[-1] += f"\n{block}"
            else:
                found.append(block)
        return found

    def arguments(self) -> list[str]:
        rows: list[str] = []
        for arg in (*self.function.args, *self.function.opt):
            rows.append(self.item(f"{self.argument(arg.name)}: {self.line(arg.text)}"))
        return rows

    def errors(self) -> list[str]:
        rows: list[str] = []
        for name, why in self.function.errors.items():
            if name not in HIDDEN_ERRORS:
                rows.append(self.item(f"{name}: {self.line(why)}"))
        return rows

    def method(self) -> str:
        """The doc comment of the method."""
        function = self.function
        summary = self.line(function.summary)
        name = pascal(function.name)
        made = [
            fill(f"{name} is nbd_{function.name}: {summary}."),
            *self.blocks(function.text),
        ]
        if rows := self.arguments():
            made += ["Arguments:", "\n".join(rows)]
        if rows := self.errors():
            made += ["Errors:", "\n".join(rows)]
        last = f"Since {releases.words(function.since)}."
        if function.see_also:
            names = [function_name(other) for other in function.see_also]
            last += f"  See also {', '.join(names)}."
        made.append(fill(last))
        return comment("\n\n".join(made))
