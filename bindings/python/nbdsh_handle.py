# SPDX-License-Identifier: MIT
"""The handle h of nbdsh, whose calls end when Ctrl-C is typed."""

from __future__ import annotations

import functools
import inspect
import os
import signal
import socket
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Iterator

import nbd

# When somebody who waits for a connection is told what for.
SLOW_MS = 5000

# The class as it is in other programs.
Plain = nbd.NBD


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
    staying = ""  # what the command line says of staying connected

    def __init__(self) -> None:
        super().__init__()
        self.set_uri_options(self.staying)
        open_handles.add(self)

    def wait(self) -> None:
        self.poll(-1)

    def wait_while_connecting(self, timeout: int) -> bool:
        """For so many milliseconds; whether somebody who is there waits longer."""
        visible = sys.stderr is not None and sys.stderr.isatty()
        deadline = monotonic() + timeout / 1000
        while self.aio_is_connecting():
            if timeout < 0 or not visible:
                self.wait()
            elif (left := deadline - monotonic()) > 0:
                self.poll(int(left * 1000) + 1)
            else:
                return True
        return False

    def poll(self, timeout: int) -> int:
        # Signals are for the main thread.
        if self.wake is None or threading.current_thread() != MAIN:
            return super().poll(timeout)
        with said_by("poll"):
            result = self.poll2(self.wake.fd, timeout)
        self.wake.clear()
        return result


open_handles: weakref.WeakSet[Handle] = weakref.WeakSet()
MAIN = threading.main_thread()


@contextmanager
def said_by(name: str) -> Iterator[None]:
    """Make errors name the call that the user made."""
    try:
        yield
    except nbd.Error as error:
        _, separator, rest = str(error.args[0]).partition(": ")
        if not separator:
            raise
        raise nbd.Error(f"nbd_{name}: {rest}", error.errnum) from None
    except (TypeError, ValueError, OverflowError) as error:
        text = str(error).replace(f"NBD.aio_{name}", f"NBD.{name}")
        raise type(error)(text) from None


def connecting(name: str, method: Any, twin: Any) -> Any:
    @functools.wraps(method)
    def call(self: Handle, *args: Any, **kwargs: Any) -> None:
        with said_by(name):
            twin(self, *args, **kwargs)
            if self.wait_while_connecting(SLOW_MS):
                print(f"nbdsh: {name}: still waiting: {awaited(self)}", file=sys.stderr)
                self.wait_while_connecting(-1)

    return call


def awaited(h: Handle) -> str:
    """Somebody at a terminal wonders why nothing happens."""
    with suppress(nbd.Error, OSError):
        with socket.socket(fileno=os.dup(h.aio_get_fd())) as connection:
            connection.getpeername()
        if h.stats_bytes_received() > 0:
            return "the server does not answer"
        return (
            "there is a connection, but the server says nothing; it may be busy"
            " with another client"
        )
    return "no connection yet"


def command(name: str, method: Any, twin: Any) -> Any:
    signature = inspect.signature(method)
    reads = "buf" in inspect.signature(twin).parameters and (
        "buf" not in signature.parameters
    )

    @functools.wraps(method)
    def call(self: Handle, *args: Any, **kwargs: Any) -> Any:
        # Mistakes are for the method itself to explain.
        given = None
        with suppress(TypeError):
            given = signature.bind(self, *args, **kwargs).arguments
        if given is None:
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
        fd = None
        with suppress(nbd.Error):
            fd = self.aio_get_fd()
        if fd is None:
            return method(self, *args, **kwargs)
        with ThreadPoolExecutor(1) as pool:
            try:
                return pool.submit(method, self, *args, **kwargs).result()
            except (KeyboardInterrupt, SystemExit):
                with socket.socket(fileno=os.dup(fd)) as connection:
                    connection.shutdown(socket.SHUT_RDWR)
                raise

    return call


def listen_to_signals() -> None:
    """Replace what blocks in a Handle, and let all handles be such ones."""
    Handle.wake = Wake()
    for name, method in vars(Plain).items():
        twin = getattr(Plain, f"aio_{name}", None)
        if name.startswith("opt_") or name == "shutdown":
            setattr(Handle, name, option(method))
        elif twin and name.startswith("connect_"):
            setattr(Handle, name, connecting(name, method, twin))
        elif twin and "completion" in inspect.signature(twin).parameters:
            setattr(Handle, name, command(name, method, twin))
    Handle.__name__ = Handle.__qualname__ = Plain.__name__
    Handle.__module__ = Plain.__module__
    setattr(nbd, "NBD", Handle)
    setattr(nbd, "nbd", Handle)
