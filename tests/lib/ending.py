# SPDX-License-Identifier: MIT
"""Shared by the tests of how tools end: a server that records how its clients
close the connection, and can delay its replies; a server that goes away and
comes back; and commands of the tools."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable, cast

import nbd_server

ENDING = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT
SIZE = 1 << 24
# Much longer than any test takes: it only ends a test that hangs.
TIMEOUT = 300


class Connection(nbd_server.Connection):
    def command(self) -> bool:
        server = cast(Server, self.server)
        try:
            more = super().command()
        except (nbd_server.Gone, ConnectionError):
            server.left("without a word")
            raise
        if not more:
            server.left("in order")
        return more


class Server(nbd_server.Server):
    """A server that replies only when it is told to."""

    connection = Connection

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.disk[:] = os.urandom(1 << 16) * (SIZE >> 16)
        self.answering = threading.Event()
        self.changed = threading.Condition()
        self.clients = 0
        self.ends: list[str] = []

    def note(self, name: str, flags: int, offset: int, count: int) -> None:
        super().note(name, flags, offset, count)
        with self.changed:
            self.changed.notify_all()
        self.answering.wait()

    def left(self, how: str) -> None:
        with self.changed:
            self.ends.append(how)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, TIMEOUT), "timeout"

    def wait_until_asked(self) -> None:
        """Wait until the tool waits for a reply."""
        self.wait_for(lambda: self.log)

    def wait_for_ends(self, count: int = 1) -> list[str]:
        """Wait until so many clients have left; return how each one left."""
        self.wait_for(lambda: len(self.ends) >= count)
        return self.ends


class Leaving(nbd_server.Server):
    """A server that goes away at the first request, and comes back when it is
    told to."""

    def __init__(self) -> None:
        super().__init__(SIZE)
        self.elsewhere = self.path.with_suffix(".away")
        self.is_back = False

    def note(self, name: str, flags: int, offset: int, count: int) -> None:
        super().note(name, flags, offset, count)
        if not self.is_back:
            self.path.rename(self.elsewhere)
            raise nbd_server.Gone

    def come_back(self) -> None:
        self.is_back = True
        self.elsewhere.rename(self.path)


def tools(uri: str) -> dict[str, list[str]]:
    """Commands that read from the server over one connection, and print
    something."""
    commands = {
        "nbdinfo": ["info/nbdinfo", "--content", uri],
        "nbddump": ["dump/nbddump", uri],
        "nbdcopy": ["copy/nbdcopy", "--connections=1", uri, "-"],
        "nbddiscard": ["discard/nbddiscard", "--check", uri],
        "nbdzero": ["zero/nbdzero", "--check", uri],
    }
    built = {name: words for name, words in commands.items() if Path(words[0]).exists()}
    # Python can load a module with sanitizers only through ./run.
    if Path("sh/nbdsh").exists() and not os.environ.get("LIBNBD_SANITIZERS"):
        reading = "print(bytes(h.pread(1 << 16, 0)))"
        built["nbdsh"] = [sys.executable, "sh/nbdsh", "-u", uri, "-c", reading]
    return built


def start(
    words: list[str], action: int = signal.SIG_DFL, **kwargs: Any
) -> subprocess.Popen[bytes]:
    """Run a command with this action for all signals that could end it, and
    without core files."""

    def prepare() -> None:
        for number in (*ENDING, signal.SIGPIPE):
            signal.signal(number, action)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    kwargs.setdefault("stdout", subprocess.DEVNULL)
    return subprocess.Popen(words, preexec_fn=prepare, restore_signals=False, **kwargs)
