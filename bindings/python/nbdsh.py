# SPDX-License-Identifier: MIT
"""nbdsh: a Python shell with a handle to talk to NBD servers.

The program nbdsh and python3 -m nbd call shell().
"""

from __future__ import annotations

import argparse
import atexit
import code
import errno
import itertools
import os
import signal
import sys
import traceback
import types
from pathlib import Path
from typing import Any, NoReturn, Sequence

import nbd
import nbdsh_end
import nbdsh_handle
from nbdsh_end import Ended, ending, flush_output, interrupted, nobody_reads
from nbdsh_handle import Handle, listen_to_signals

DESCRIPTION = "a Python shell with a handle to talk to NBD servers"
EXAMPLES = """\
examples:
  nbdsh -u nbd://localhost
  nbdsh -u nbd://localhost -c 'print(h.get_size())'
  nbdsh -u nbd://localhost -c 'h.pwrite(bytes(512), 0)' -c 'h.flush()'
  nbdsh --opt-mode -u nbd://localhost -c 'h.opt_list(print)'

The manual page nbdsh(1) says more.
"""

# These leave out an option, because a server that does not know it may close
# the connection.
LEAVE_OUT = (
    "set_request_extended_headers",
    "set_request_structured_replies",
    "set_request_meta_context",
)


# How to stay connected: the parameters of URIs that the library knows.
STAYING = (
    ("command-timeout", "TIME", "a request fails if it takes longer"),
    (
        "connect-timeout",
        "TIME",
        "wait up to TIME for a server that is not there yet",
    ),
    ("connections", "N", "use up to N connections to the server (1)"),
    (
        "reconnect-timeout",
        "TIME",
        "try up to TIME to restore a lost connection",
    ),
    (
        "stall-timeout",
        "TIME",
        "give up a connection that is silent for TIME",
    ),
)


class InOrder(argparse.Action):
    """Record what is to be done, in the order of the command line."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        namespace.steps.append((self.dest, values))


class Staying(argparse.Action):
    """Record an option for every handle; the last one counts."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        name = self.option_strings[0]
        value = str(values)
        # The rest would be another parameter.
        if "&" in value:
            parser.error(f'{name}: "{value}" is more than one value')
        try:
            nbd.NBD().set_uri_options(f"{name[2:]}={value}")
        except nbd.Error as error:
            text = error.string.removeprefix("nbd_set_uri_options: ")
            # The text is complete without the description of errno.
            text = text.removesuffix(": " + os.strerror(errno.EINVAL))
            parser.error(f"{name}: {text}")
        namespace.staying[name[2:]] = value


def options_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nbdsh",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(steps=[], staying={})
    add = parser.add_argument
    hidden = argparse.SUPPRESS
    add(
        "--base-allocation",
        action=InOrder,
        nargs=0,
        help="ask for base:allocation when connecting",
    )
    add(
        "-c",
        "--command",
        action=InOrder,
        help="run Python code, - for all of standard input; can be repeated",
    )
    add("-n", action="store_true", dest="no_handle", help="make no handle h")
    add(
        "--opt-mode",
        action=InOrder,
        nargs=0,
        help="stop connecting where options can be negotiated",
    )
    add("-u", "--uri", action=InOrder, help="connect h to this NBD URI")
    add("--connect", dest="uri", action=InOrder, help=hidden)
    add(
        "-v",
        "--verbose",
        action="store_true",
        help="let the library say what it does, on standard error",
    )
    add(
        "-V",
        "--version",
        action="store_true",
        help="show the versions of program and library",
    )
    for name, argument, text in STAYING:
        add(f"--{name}", action=Staying, metavar=argument, help=text)
    add("--long-options", action="store_true", help=hidden)
    add("--short-options", action="store_true", help=hidden)
    return parser


def list_options(parser: argparse.ArgumentParser, prefix: str) -> None:
    """Print the options for completion."""
    names = {
        name
        for action in parser._actions
        if action.help != argparse.SUPPRESS and action.dest != "help"
        for name in action.option_strings
        if name.startswith("--") == (prefix == "--")
    }
    print("\n".join(sorted(names)))


def print_version() -> None:
    h = nbd.NBD()
    version, extra = h.get_version(), h.get_version_extra()
    if extra:
        version += f" ({extra})"
    print(f"nbdsh {version}\nlibnbd {version}")
    flush_output()


def make_namespace(no_handle: bool) -> dict[str, Any]:
    """Make the namespace in which code runs: a module of its own, with the names
    that scripts expect."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    names = vars(module)
    names.update(nbd=nbd, argparse=argparse, code=code, os=os, sys=sys)
    listen_to_signals()
    if not no_handle:
        names["h"] = make_handle()
    return names


def make_handle() -> Handle:
    h = Handle()
    h.set_handle_name("nbdsh")
    return h


def require_stream(stream: Any, name: str, what: str) -> None:
    """Fail if a stream is missing, because its descriptor was closed at the
    start."""
    if stream is None:
        sys.exit(f"nbdsh: standard {name}: it is not open for {what}")


def run_code(text: str, names: dict[str, Any]) -> None:
    if text == "-":
        require_stream(sys.stdin, "input", "reading")
        text = sys.stdin.read()
    exec(compile(text, "<command line>", "exec"), names)


def prepare(h: Handle, step: str) -> None:
    """Do what the options before -u ask for."""
    if step == "base_allocation":
        h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)
    elif step == "opt_mode":
        h.set_opt_mode(True)


def connect_handle(h: Handle, uri: str, left_out: list[str]) -> None:
    """Connect.  A user who types a URI may name his own files in it."""
    h.set_uri_allow_local_file(True)
    for setting in left_out:
        getattr(h, setting)(False)
    h.connect_uri(uri)


def connect(names: dict[str, Any], uri: str, earlier: list[str]) -> None:
    """Connect, and try again without the option on which the server hung up.

    The library's message names the setting.  Another attempt needs a new
    handle, so there is none once code may have seen or changed the handle.
    """
    left_out: list[str] = []
    while True:
        try:
            return connect_handle(names["h"], uri, left_out)
        except nbd.Error as error:
            found = [name for name in LEAVE_OUT if name in error.string]
            if not found or found[0] in left_out or "command" in earlier:
                raise
            if names["h"].get_debug():
                print(f"nbdsh: {error}: connecting again", file=sys.stderr)
        left_out += found
        # A server that serves one client at a time must see the old connection
        # end first.
        names["h"].close()
        names["h"] = make_handle()
        for step in earlier:
            prepare(names["h"], step)


def debugging() -> bool:
    return os.environ.get("LIBNBD_DEBUG") == "1"


def hide_our_frames(report: traceback.TracebackException | None) -> None:
    """Remove the part of a stack before a call of ours, so that the user's part
    is left.  Code of the user calls ours, but no exception comes back the
    other way."""
    modules = code, nbd, nbdsh_end, nbdsh_handle
    ours = {__file__, *(module.__file__ for module in modules)}
    if report is None:
        return
    frames = itertools.dropwhile(lambda f: f.filename in ours, report.stack)
    kept = itertools.takewhile(lambda f: f.filename not in ours, frames)
    report.stack = traceback.StackSummary.from_list(kept)
    hide_our_frames(report.__cause__)
    hide_our_frames(report.__context__)


def describe(error: BaseException) -> str:
    """Return what Python prints for an exception, without our part of the stack."""
    report = traceback.TracebackException.from_exception(error)
    if not debugging():
        hide_our_frames(report)
    return "".join(report.format())


def script_failed(error: BaseException) -> NoReturn:
    """End as Python does, without our part of the stack."""
    if isinstance(error, nbd.Error) and not debugging():
        print(f"nbdsh: command line script failed: {error}", file=sys.stderr)
        sys.exit(1)
    if isinstance(error, KeyboardInterrupt):
        raise interrupted()
    if nobody_reads(error):
        raise Ended(signal.SIGPIPE)
    sys.stderr.write(describe(error))
    sys.exit(1)


def run_steps(steps: list[tuple[str, Any]], names: dict[str, Any]) -> None:
    """Carry out each option in its turn."""
    done: list[str] = []
    for step, argument in steps:
        try:
            if step == "command":
                run_code(argument, names)
            elif step == "uri":
                connect(names, argument, done)
            else:
                prepare(names["h"], step)
        except SystemExit:
            raise
        except BaseException as error:
            script_failed(error)
        done.append(step)


def banner(names: dict[str, Any]) -> str:
    handle = "The module nbd is imported."
    lines = []
    if "h" in names:
        handle = "The module nbd is imported, and h is a handle, not connected yet."
        if names["h"].aio_is_created() is False:
            handle = "The module nbd is imported, and h is a connected handle."
    else:
        lines.append(("h = nbd.NBD()", "make a handle"))
    lines += [
        ('h.connect_uri("nbd://localhost")', "connect to a server"),
        ("h.get_size()", "size of the export in bytes"),
        ("data = h.pread(512, 0)", "read 512 bytes at offset 0"),
        ("help(nbd)", "what else there is"),
        ("exit() or Ctrl-D", "leave"),
    ]
    table = "\n".join(f"{left:<34}# {right}" for left, right in lines)
    return f"nbdsh, the shell for Network Block Devices (NBD).\n{handle}\n\n{table}\n"


def history_file() -> Path:
    """Return the history file, which NBDSH_HISTORY names; empty means none."""
    try:
        default = Path.home() / ".nbdsh_history"
    except RuntimeError:  # the user is unknown here, as in many containers
        default = Path(os.devnull)
    return Path(os.environ.get("NBDSH_HISTORY", default) or os.devnull)


def prepare_terminal(names: dict[str, Any]) -> None:
    """Set up editing, completion with Tab, and a history that outlives the shell."""
    try:
        import readline
        import rlcompleter
    except ImportError:
        return
    readline.set_completer(rlcompleter.Completer(names).complete)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    readline.set_history_length(10000)
    path = history_file()

    def save() -> None:
        try:
            readline.write_history_file(path)
        except OSError:
            pass

    try:
        readline.read_history_file(path)
    except OSError:
        pass
    atexit.register(save)


class Console(code.InteractiveConsole):
    """Python's own console, except for the stack that exceptions show."""

    def showtraceback(self) -> None:
        error = sys.exc_info()[1]
        if sys.excepthook is not sys.__excepthook__ or error is None:
            super().showtraceback()
            return
        # For pdb.pm().
        sys.last_type, sys.last_value, sys.last_traceback = sys.exc_info()
        self.write(describe(error))


def interact(names: dict[str, Any]) -> None:
    require_stream(sys.stdin, "input", "reading")
    require_stream(sys.stdout, "output", "writing")
    sys.ps1, sys.ps2 = "nbd> ", "...> "
    if sys.stdin.isatty():
        prepare_terminal(names)
    Console(names).interact(banner=banner(names), exitmsg="")


def open_standard_descriptors() -> None:
    """Open closed standard descriptors, so that nothing else gets their numbers.
    They are opened so that they fail when used, as closed ones would."""
    for fd, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, flags)
    if sys.stderr is None:
        # For code that writes to it without a check.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")


def shell() -> None:
    """Do what the command line says."""
    open_standard_descriptors()
    parser = options_parser()
    args = parser.parse_args()
    if args.version:
        return print_version()
    if args.long_options or args.short_options:
        return list_options(parser, "--" if args.long_options else "-")
    if args.no_handle and any(step != "command" for step, _ in args.steps):
        sys.exit(
            "error: -n option cannot be used with "
            "--base-allocation, --opt-mode or --uri"
        )
    if args.verbose:
        os.environ["LIBNBD_DEBUG"] = "1"
    Handle.staying = "&".join("=".join(item) for item in args.staying.items())
    names = make_namespace(args.no_handle)
    with ending(names):
        run_steps(args.steps, names)
        if not any(step == "command" for step, _ in args.steps):
            interact(names)
