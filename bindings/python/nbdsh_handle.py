# SPDX-License-Identifier: MIT
"""The handle h of nbdsh, whose calls end when Ctrl-C is typed."""

from __future__ import annotations

import functools
import inspect
import os
import select
import signal
import socket
import stat
import sys
import threading
import types
import weakref
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Iterator

import nbd

# After this time, somebody who waits for a connection is told what for.
SLOW_MS = 5000

# How often a user at a terminal is told about an outage.
PIECE_MS = 1000

# How soon a signal is noticed that came just before a call of the library
# waits.
NUDGE_SECONDS = 0.1

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


def somebody_watches() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def say(text: str) -> None:
    """Print a line.  If the terminal is gone, this is no failure."""
    with suppress(OSError):
        print(f"nbdsh: {text}", file=sys.stderr)


# What signal handlers tried to raise in callbacks, where nobody can catch it.
deferred: list[BaseException] = []


class Story:
    """Records what happened to the connection of a handle."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.loss = self.last = ""
        self.told = False

    def take(self, event: int, message: str, _: int) -> None:
        if event == nbd.EVENT_LOST:
            self.loss = message
        elif event == nbd.EVENT_ATTEMPT_FAILED:
            self.last = message
        elif event in (nbd.EVENT_CONNECTED, nbd.EVENT_BACK):
            if event == nbd.EVENT_BACK and self.told:
                say(message)
            self.forget()

    def tell(self) -> None:
        if not self.told and self.loss:
            told = "; ".join(filter(None, (self.loss, self.last)))
            say(f"still waiting: {told}")
        self.told = True


def in_story(frame: types.FrameType | None) -> bool:
    """Return whether this code was called by the library."""
    while frame is not None and frame.f_code is not Story.take.__code__:
        frame = frame.f_back
    return frame is not None


class Handle(nbd.NBD):
    """A handle whose calls end at once when Ctrl-C is typed.

    Most calls wait in poll2 for the end of their asynchronous variants.  A
    signal wakes poll2 at any time, and a command that is interrupted stays in
    flight.
    """

    wake: Wake | None = None
    staying = ""  # the options for staying connected

    def __init__(self) -> None:
        super().__init__()
        self.set_uri_options(self.staying)
        self.story = Story()
        # Code may replace the callback with its own.
        if somebody_watches():
            self.set_event_callback(self.story.take)
        open_handles.add(self)

    def wait(self) -> None:
        if not somebody_watches() or self.get_reconnect_timeout() == 0:
            self.poll(-1)
            return
        self.poll(PIECE_MS)
        if self.get_outage() >= SLOW_MS:
            self.story.tell()

    def wait_while_connecting(self, timeout: int) -> bool:
        """Wait up to this many milliseconds; return whether the user should wait
        longer."""
        deadline = monotonic() + timeout / 1000
        while self.aio_is_connecting():
            if timeout < 0 or not somebody_watches():
                self.wait()
            elif (left := deadline - monotonic()) > 0:
                self.poll(int(left * 1000) + 1)
            else:
                return True
        return False

    def poll(self, timeout: int) -> int:
        # Only the main thread handles signals.
        if self.wake is None or threading.current_thread() != MAIN:
            return super().poll(timeout)
        with said_by("poll"):
            result = self.poll2(self.wake.fd, timeout)
        self.wake.clear()
        if deferred:
            raise deferred.pop()
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
                say(f"{name}: still waiting: {awaited(self)}")
                self.wait_while_connecting(-1)

    return call


def awaited(h: Handle) -> str:
    """Return what the user at a terminal is waiting for."""
    if h.story.last:
        return h.story.last
    if h.stats_bytes_received() > 0:
        return "the server does not answer"
    if not may_be_connected(h):
        return "no connection yet"
    return (
        "there is a connection, but the server sends nothing; it may be busy"
        " with another client"
    )


def may_be_connected(h: Handle) -> bool:
    """Return whether the handle may be connected.  The descriptor of a handle
    that stays connected is not a socket."""
    with suppress(nbd.Error, OSError):
        fd = os.dup(h.aio_get_fd())
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.close(fd)
            return True
        with socket.socket(fileno=fd) as connection:
            connection.getpeername()
            return True
    return False


def command(name: str, method: Any, twin: Any) -> Any:
    signature = inspect.signature(method)
    reads = "buf" in inspect.signature(twin).parameters and (
        "buf" not in signature.parameters
    )

    @functools.wraps(method)
    def call(self: Handle, *args: Any, **kwargs: Any) -> Any:
        # The method itself reports wrong arguments.
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


@contextmanager
def nudged(wake: Wake) -> Iterator[None]:
    """Send another, meaningless signal until the main thread has handled the
    first one, because the library misses a signal that comes just before it
    waits."""
    done = threading.Event()

    def nudge() -> None:
        while not done.wait(NUDGE_SECONDS):
            if select.select([wake.fd], [], [], 0)[0]:
                signal.pthread_kill(MAIN.ident or 0, signal.SIGURG)

    wake.clear()
    try:
        start_whole(threading.Thread(target=nudge, daemon=True))
        yield
    finally:
        done.set()


def start_whole(thread: threading.Thread) -> None:
    """Start a thread, and keep Ctrl-C until it runs: Python crashes at its end if
    a daemon is only about to run."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def nudged_again(_: int, frame: types.FrameType | None) -> None:
    if deferred and not in_story(frame):
        raise deferred.pop()


def option(method: Any) -> Any:
    """Wrap an option, which has no asynchronous variant with all its results."""

    @functools.wraps(method)
    def call(self: Handle, *args: Any, **kwargs: Any) -> Any:
        if self.wake is None or threading.current_thread() != MAIN:
            return method(self, *args, **kwargs)
        with nudged(self.wake):
            return method(self, *args, **kwargs)

    return call


def listen_to_signals() -> None:
    """Replace the blocking calls in Handle, and make all handles instances of it."""
    Handle.wake = Wake()
    signal.signal(signal.SIGURG, nudged_again)
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
