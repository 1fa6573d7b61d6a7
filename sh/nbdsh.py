#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""nbdsh: a Python shell with a handle to talk to NBD servers.

The build makes sh/nbdsh of this file: it fills in the interpreter and where
the module nbd is installed.
"""

from __future__ import annotations

import argparse
import atexit
import code
import functools
import inspect
import os
import signal
import socket
import sys
import traceback
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, NoReturn, Sequence

# Directories of the module.  Those of the environment come first.
MODULE_DIRECTORIES = ("@pythondir@", "@pyexecdir@")
sys.path += [d for d in MODULE_DIRECTORIES if d not in sys.path]

import nbd  # noqa: E402

DESCRIPTION = "a Python shell with a handle to talk to NBD servers"
EXAMPLES = """\
examples:
  nbdsh -u nbd://localhost
  nbdsh -u nbd://localhost -c 'print(h.get_size())'
  nbdsh -u nbd://localhost -c 'h.pwrite(bytes(512), 0)' -c 'h.flush()'
  nbdsh --opt-mode -u nbd://localhost -c 'h.opt_list(print)'

The manual page nbdsh(1) says more.
"""


class Wake:
    """A descriptor that becomes readable when a signal arrives."""

    def __init__(self) -> None:
        self.fd, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def clear(self) -> None:
        try:
            os.read(self.fd, 4096)
        except BlockingIOError:
            pass


class Handle(nbd.NBD):
    """A handle whose calls end at once when Ctrl-C is typed.

    Calls of the library go on after a signal.  So these wait in poll2, which a
    signal wakes, for the answer to their asynchronous twins: a command that is
    interrupted remains in flight, and the handle can be used on.
    """

    wake: Wake | None = None

    def wait(self) -> None:
        assert self.wake is not None
        self.poll2(self.wake.fd, -1)
        self.wake.clear()

    def poll(self, timeout: int) -> int:
        if self.wake is None:
            return super().poll(timeout)
        with said_by("poll"):
            result = self.poll2(self.wake.fd, timeout)
        self.wake.clear()
        return result


class said_by:
    """Make errors name the call that the user made."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, frames: object) -> None:
        if isinstance(error, nbd.Error):
            _, separator, rest = str(error.args[0]).partition(": ")
            if separator:
                raise nbd.Error(f"nbd_{self.name}: {rest}", error.errnum) from None


def connecting(name: str, method: Any, twin: Any) -> Any:
    @functools.wraps(method)
    def call(self: Handle, *args: Any, **kwargs: Any) -> None:
        with said_by(name):
            twin(self, *args, **kwargs)
            while self.aio_is_connecting():
                self.wait()

    return call


def command(name: str, method: Any, twin: Any) -> Any:
    signature = inspect.signature(method)
    reads = "buf" in inspect.signature(twin).parameters and (
        "buf" not in signature.parameters
    )

    @functools.wraps(method)
    def call(self: Handle, *args: Any, **kwargs: Any) -> Any:
        # Mistakes are for the method itself to explain.
        try:
            given = signature.bind(self, *args, **kwargs).arguments
        except TypeError:
            return method(self, *args, **kwargs)
        del given["self"]
        data: bytearray | None = None
        if reads:
            count = given.pop("count")
            if not isinstance(count, int) or not 0 < count <= 64 << 20:
                return method(self, *args, **kwargs)
            data = bytearray(count)
            given["buf"] = nbd.Buffer.from_buffer(data)
        elif "buf" in given:
            given["buf"] = nbd.Buffer.from_buffer(given["buf"])
        with said_by(name):
            cookie = twin(self, **given)
            while not self.aio_command_completed(cookie):
                self.wait()
        return data

    return call


def option(method: Any) -> Any:
    """These have no twin that tells all, so they run in a thread of their own,
    and Ctrl-C ends the connection."""

    @functools.wraps(method)
    def call(self: Handle, *args: Any, **kwargs: Any) -> Any:
        try:
            fd = self.aio_get_fd()
        except nbd.Error:
            return method(self, *args, **kwargs)
        with ThreadPoolExecutor(1) as pool:
            try:
                return pool.submit(method, self, *args, **kwargs).result()
            except KeyboardInterrupt:
                with socket.socket(fileno=os.dup(fd)) as connection:
                    connection.shutdown(socket.SHUT_RDWR)
                raise

    return call


def listen_to_signals() -> None:
    """Replace what blocks in a Handle."""
    Handle.wake = Wake()
    for name, method in vars(nbd.NBD).items():
        twin = getattr(nbd.NBD, f"aio_{name}", None)
        if name.startswith("opt_") or name == "shutdown":
            setattr(Handle, name, option(method))
        elif twin and name.startswith("connect_"):
            setattr(Handle, name, connecting(name, method, twin))
        elif twin and "completion" in inspect.signature(twin).parameters:
            setattr(Handle, name, command(name, method, twin))


class InOrder(argparse.Action):
    """Remember what is to be done, in the order of the command line."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        namespace.steps.append((self.dest, values))


def options_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nbdsh",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(steps=[])
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
    add("--long-options", action="store_true", help=hidden)
    add("--short-options", action="store_true", help=hidden)
    return parser


def list_options(parser: argparse.ArgumentParser, prefix: str) -> None:
    """What completion wants to know."""
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


def make_namespace(no_handle: bool) -> dict[str, Any]:
    """What code sees: a module of its own, with the names that scripts have
    come to expect."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    names = vars(module)
    names.update(nbd=nbd, argparse=argparse, code=code, os=os, sys=sys)
    if not no_handle:
        listen_to_signals()
        names["h"] = Handle()
        names["h"].set_handle_name("nbdsh")
    return names


def run_code(text: str, names: dict[str, Any]) -> None:
    if text == "-":
        text = sys.stdin.read()
    exec(compile(text, "<command line>", "exec"), names)


def connect(h: nbd.NBD, uri: str) -> None:
    """Who types a URI may name files of his own in it."""
    h.set_uri_allow_local_file(True)
    h.connect_uri(uri)


def script_failed(error: BaseException) -> NoReturn:
    """End as Python does, without showing our own part of the stack."""
    debug = os.environ.get("LIBNBD_DEBUG") == "1"
    if isinstance(error, nbd.Error) and not debug:
        print(f"nbdsh: command line script failed: {error}", file=sys.stderr)
        sys.exit(1)
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    if isinstance(error, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGINT)
    traceback.print_exception(type(error), error, frames)
    sys.exit(1)


def run_steps(steps: list[tuple[str, Any]], names: dict[str, Any]) -> None:
    """Each option has its effect when its turn comes."""
    actions: dict[str, Callable[[Any], object]] = {
        "base_allocation": lambda _: names["h"].add_meta_context(
            nbd.CONTEXT_BASE_ALLOCATION
        ),
        "command": lambda text: run_code(text, names),
        "opt_mode": lambda _: names["h"].set_opt_mode(True),
        "uri": lambda uri: connect(names["h"], uri),
    }
    for action, argument in steps:
        try:
            actions[action](argument)
        except SystemExit:
            raise
        except BaseException as error:
            script_failed(error)


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
    """NBDSH_HISTORY names it; empty means none."""
    default = Path.home() / ".nbdsh_history"
    return Path(os.environ.get("NBDSH_HISTORY", default) or os.devnull)


def prepare_terminal(names: dict[str, Any]) -> None:
    """Editing, completion with Tab, and a history that outlives the shell."""
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


def interact(names: dict[str, Any]) -> None:
    sys.ps1, sys.ps2 = "nbd> ", "...> "
    if sys.stdin.isatty():
        prepare_terminal(names)
    code.interact(banner=banner(names), local=names, exitmsg="")


def main() -> None:
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
    names = make_namespace(args.no_handle)
    try:
        run_steps(args.steps, names)
        if not any(step == "command" for step, _ in args.steps):
            interact(names)
    finally:
        # Handles are closed now, so that servers they started end.
        names.clear()


if __name__ == "__main__":
    main()
