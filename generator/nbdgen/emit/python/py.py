# SPDX-License-Identifier: MIT
"""bindings/python/nbd/__init__.py: constants, exceptions and the class NBD.

The methods only pass their arguments on to libnbdmod; they are written in
Python so that they have real signatures, docstrings and defaults.
"""

from __future__ import annotations

import textwrap
from string import Template
from typing import Iterable, Mapping, Sequence, assert_never

from nbdgen import doc
from nbdgen.calls.check_api import argument_names, known_names
from nbdgen.calls.model import BytesIn, BytesOut, Constant, Function
from nbdgen.emit.comments import Prose, wrap
from nbdgen.emit.python.model import (
    WIDTH,
    call_line,
    methods,
    parameters,
    return_type,
    returned_buffer,
)
from nbdgen.source import Place

API_VERSION = "1.24.0"
INDENT = " " * 8  # of a docstring

SOURCE = Template(
    '''\
"""Talk to Network Block Device (NBD) servers.

    import nbd

    with nbd.NBD() as h:
        h.connect_uri("nbd://localhost")
        print(h.get_size())
        data = h.pread(512, 0)

Every method of NBD is a function of the library; help(nbd.NBD) describes them
all, each with an example in which h is a handle, and libnbd(3) explains how they
belong together.  A call that fails raises nbd.Error.

Functions passed to methods are called with what each method says.  The last
argument, error, has an attribute value: the number of the error, as in the module
errno, or 0.  Return -1 to fail a command, after setting error.value to say why; a
completion callback returns 1 to have the command retired at once.  An exception
cannot leave a callback: it is shown by sys.unraisablehook and counts as -1.  What
is no Exception, such as KeyboardInterrupt and SystemExit, is for the program
instead: in the main thread it is raised by the call in which the callback runs, and
of an event callback it ends a call that waits.  Callbacks must not call methods of
the same handle that take its lock; that raises RuntimeError.

A handle may be used by several threads at once.  Other threads of the program
run while a call waits.

More than the library itself has is in these:

    nbd.open(uri)       an export as a file object
    nbd.extents(h)      what an export is made of, as an iterator
    nbd.aio             disks to be awaited, for asyncio, Trio and AnyIO
    nbd.fs              exports as files of fsspec

As a program, python3 -m nbd, this module is the shell nbdsh(1).
"""

import errno as _errno
import importlib as _importlib

import libnbdmod

package_name = "libnbd"
__version__ = "$version"

$constants

Buffer = libnbdmod.Buffer


class Error(Exception):
    """A call failed.

    The properties say why: string is the whole message, errnum the error number
    or 0 if there is none, and errno its name, such as "EINVAL", or None.
    """

    @property
    def string(self):
        """The message."""
        return self.args[0]

    @property
    def errnum(self):
        """The error number, or 0 if the failure has none."""
        return self.args[1]

    @property
    def errno(self):
        """The name of the error number, or None if it has none."""
        return _errno.errorcode.get(self.errnum)

    def __str__(self):
        if self.errno is None:
            return str(self.string)
        return f"{self.string} ({self.errno})"


class ClosedHandle(ValueError):
    """A method of a handle was called after it was closed."""


libnbdmod.set_exceptions(Error, ClosedHandle)


class NBD:
    """A handle: one connection to an NBD server, or the plan for it.

    It is closed by close(), at the end of a with statement, or when nothing
    refers to it any more.
    """

    def __init__(self):
        """Make a handle that is not connected yet."""
        self._o = libnbdmod.create()

    def __enter__(self):
        """Return the handle itself."""
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        """Close the handle unless that was done before."""
        if self._o.closed:
            return
        try:
            libnbdmod.close(self._o)
        except RuntimeError:
            # A thread uses the handle.  What ended the block matters more.
            if exc_type is None:
                raise

    def close(self):
        """Close the handle and the connection.

        Nothing is sent: use shutdown() first for an orderly end.  The callbacks of
        commands that are still in flight are called with ENOTCONN.  Any method of
        a closed handle raises ClosedHandle.
        """
        libnbdmod.close(self._o)

$methods

# The class has two names.  A star import leaves out the one that would hide the
# module, for programs that also say "import nbd".
__all__ = [name for name in dir() if not name.startswith("_")]
nbd = NBD

# Names that are loaded when they are first used, and their modules.  A star import
# leaves these out, too.
_LATER = {
    "Extent": "nbd._extents",
    "File": "nbd._file",
    "extents": "nbd._extents",
    "open": "nbd._file",
}


def __getattr__(name):
    """Load what not every program needs."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(_importlib.import_module(_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__():
    """The names of the module, with those that are not loaded yet."""
    return sorted({*globals(), *_LATER})
'''
)


def _wrap(text: str, first: str, rest: str) -> str:
    return wrap(text, WIDTH, first, rest)


class _Prose(Prose):
    """Renders the text of one function as lines of its docstring."""

    def __init__(
        self, function: Function, names: doc.Names, constants: frozenset[str]
    ) -> None:
        super().__init__(names, Place(f"record of {function.name}", 1))
        self.constants = constants
        mine = {p.name for p in parameters(function)}
        self.sizes = {
            arg.size: f"len({arg.name})"
            for arg in function.args
            if isinstance(arg, BytesIn | BytesOut) and arg.name in mine
        }

    def paragraph(self, text: str) -> str:
        return _wrap(text, INDENT, INDENT)

    def code(self, text: str) -> str:
        return textwrap.indent(text, f"{INDENT}    ")

    def item(self, text: str) -> str:
        return _wrap(text, f"{INDENT}- ", f"{INDENT}  ")

    def word(self, part: doc.Inline) -> str:
        match part:
            case doc.Text(text) | doc.Literal(text):
                return text
            case doc.ArgName("error"):
                return "error.value"  # as the text about callbacks calls it
            case doc.ArgName(name):
                return self.sizes.get(name, name)
            case doc.FunctionName(name):
                return f"NBD.{name}"
            case doc.ConstantName(name):
                short = name.removeprefix("LIBNBD_")
                return f"nbd.{short}" if short in self.constants else name
            case doc.Page(name, section):
                return f"{name}({section})"
            case _:
                assert_never(part)


def _docstring(function: Function, prose: _Prose, snippet: str) -> str:
    """Summary, text, arguments, errors and the example, as plain text."""
    summary = prose.line(function.summary)
    parts = [_wrap(f'"""{summary[:1].upper()}{summary[1:]}.', INDENT, INDENT)]
    parts += prose.blocks(function.text)
    buffer = returned_buffer(function)
    if buffer:
        parts.append(f"{INDENT}{buffer.name} is a new bytearray, which is returned.")
    rows = [
        _wrap(f"{p.name}: {prose.line(p.text)}", INDENT + "    ", INDENT + " " * 8)
        for p in parameters(function)
    ]
    if rows:
        parts.append("\n".join([f"{INDENT}Arguments:", *rows]))
    rows = [
        _wrap(f"{name}: {prose.line(why)}", INDENT + "    ", INDENT + " " * 8)
        for name, why in function.errors.items()
        if name != "EFAULT"  # there is no NULL in Python
    ]
    if rows:
        parts.append("\n".join([f"{INDENT}Errors:", *rows]))
    if snippet:
        code = textwrap.indent(snippet, INDENT + "    ")
        parts.append(f"{INDENT}Example:\n\n{code}")
    text = "\n\n".join(parts).replace("\\", "\\\\")
    end = '"""' if len(parts) == 1 else f'\n{INDENT}"""'
    return text + end


def _method(function: Function, prose: _Prose, snippet: str) -> str:
    params = parameters(function)
    items = [f"{p.name}={p.default}" if p.default else p.name for p in params]
    head = call_line(f"def {function.name}", ["self", *items], ":", "    ")
    passed = ["self._o", *(p.name for p in params)]
    start = "" if return_type(function) == "None" else "return "
    body = call_line(f"{start}libnbdmod.{function.name}", passed, "", " " * 8)
    return f"{head}\n{_docstring(function, prose, snippet)}\n{body}\n"


def _constant(constant: Constant) -> str:
    value = constant.value
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return f"{constant.name} = {text}"


def emit_nbd_py(
    functions: Iterable[Function],
    constants: Sequence[Constant],
    snippets: Mapping[str, str],
    version: str = API_VERSION,
) -> str:
    """The text of bindings/python/nbd/__init__.py."""
    every = list(functions)
    arguments = [name for function in every for name in argument_names(function)]
    names = known_names(every).with_args(arguments).speaking("python")
    known = frozenset(constant.name for constant in constants)
    return SOURCE.substitute(
        version=version,
        constants="\n".join(map(_constant, constants)),
        methods="\n".join(
            _method(
                function,
                _Prose(function, names, known),
                snippets.get(function.name, ""),
            )
            for function in methods(every)
        ),
    )
