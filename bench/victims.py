# SPDX-License-Identifier: MIT
"""The programs that are put through outages, each driven by its own commands."""

import os
import re
import selectors
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CHUNK = 65536
END_TIMEOUT_S = 2


@dataclass(frozen=True)
class Command:
    """A command for a program."""

    number: int
    what: str  # write, read, flush
    offset: int = 0
    length: int = 0
    byte: int = 0


@dataclass(frozen=True)
class Event:
    """The result of a command: ok, failed, or again if it will be repeated."""

    number: int
    outcome: str
    message: str
    when: float


class Victim:
    """A program that reads commands from its standard input."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self._input, self._output = self.process.stdin, self.process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._text = ""
        self._events: list[Event] = []
        self.said: list[str] = []
        self.ended = False

    def do(self, command: Command) -> None:
        """Give it a command; the result comes as an event."""
        raise NotImplementedError

    def _understand(self, text: str) -> str:
        """Make events of its output; returns the rest, which is not complete."""
        raise NotImplementedError

    def _tell(self, line: str) -> None:
        try:
            self._input.write(line.encode() + b"\n")
            self._input.flush()
        except BrokenPipeError:
            self.ended = True

    def _event(self, number: int, outcome: str, message: str = "") -> None:
        self._events.append(Event(number, outcome, message, time.monotonic()))

    def next_event(self, deadline: float) -> Event | None:
        """The next event; None if it is late, or the program has ended."""
        while not self._events and not self.ended:
            left = deadline - time.monotonic()
            if left <= 0 or not self._selector.select(left):
                return None
            data = os.read(self._output.fileno(), CHUNK)
            if not data:
                self.ended = True
            self._text = self._understand(self._text + data.decode())
        return self._events.pop(0) if self._events else None

    def end(self) -> int | None:
        """End it, by force if needed; returns its status, or None if killed."""
        try:
            self._input.close()
        except BrokenPipeError:
            pass
        status: int | None = None
        try:
            status = self.process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._understand(self._text + self._output.read().decode())
        self._selector.close()
        self._output.close()
        return status


class Client(Victim):
    """bench/outage-client, on one library or the other."""

    def do(self, command: Command) -> None:
        words = [command.what, command.number]
        if command.what != "flush":
            words += [command.offset, command.length, command.byte]
        self._tell(" ".join(map(str, words)))

    def _understand(self, text: str) -> str:
        *lines, rest = text.split("\n")
        for line in lines:
            outcome, _, words = line.partition(" ")
            if outcome in ("ok", "failed", "again"):
                number, _, message = words.partition(" ")
                self._event(int(number), outcome, message)
            elif line != "ready":
                self.said.append(line)
        return rest


class QemuIo(Victim):
    """qemu-io, which takes a line only after it has printed its prompt.

    It prints nothing about a flush: the next prompt means that the flush has ended.
    If a flush failed, its exit status is 1 in the end.
    """

    PROMPT = "qemu-io> "
    FAILED = re.compile(r"\w+ failed: ")
    RATE = re.compile(r" ops; .*/sec")
    DONE = re.compile(r"(?:wrote|read) \d+/\d+ bytes at offset (\d+)")

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        super().__init__(command, environment)
        self._prompts = 0
        self._waiting: list[Command] = []
        self._flush: Command | None = None
        self._under_way: list[Command] = []

    def do(self, command: Command) -> None:
        self._waiting.append(command)
        self._next_line()

    def _next_line(self) -> None:
        if self._prompts == 0 or not self._waiting or self.ended:
            return
        self._prompts -= 1
        command = self._waiting.pop(0)
        if command.what == "flush":
            self._flush = command
            self._tell("flush")
            return
        self._under_way.append(command)
        place = f"{command.offset} {command.length}"
        if command.what == "write":
            self._tell(f"aio_write -P {command.byte} {place}")
        else:
            self._tell(f"aio_read {place}")

    def _understand(self, text: str) -> str:
        while True:
            if text.startswith(self.PROMPT):
                text = text.removeprefix(self.PROMPT)
                self._asked()
                continue
            line, end, rest = text.partition("\n")
            if not end:
                return text
            self._line(line)
            text = rest

    def _asked(self) -> None:
        if self._flush is not None:
            self._event(self._flush.number, "ok")
            self._flush = None
        self._prompts += 1
        self._next_line()

    def _line(self, line: str) -> None:
        done = self.DONE.match(line)
        if done:
            offset = int(done.group(1))
            number = next(c.number for c in self._under_way if c.offset == offset)
            self._over(number, "ok", "")
        elif self.FAILED.match(line) and self._under_way:
            # It does not say which one failed; they fail in their order.
            self._over(self._under_way[0].number, "failed", line)
        elif line and not self.RATE.search(line):
            self.said.append(line)

    def _over(self, number: int, outcome: str, message: str) -> None:
        self._under_way = [c for c in self._under_way if c.number != number]
        self._event(number, outcome, message)


@dataclass(frozen=True)
class Kind:
    """A row of the tables: how to start such a program."""

    name: str
    programs: Path
    library: Path | None = None
    options: tuple[str, ...] = ()
    seconds: int = 30

    @property
    def reconnects(self) -> bool:
        """Whether the same process goes on after an outage."""
        return self.name == "qemu-io" or bool(self.options)

    def start(self, path: Path) -> Victim:
        environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
        if self.name == "qemu-io":
            image = f"driver=nbd,server.type=unix,server.path={path}"
            image += f",reconnect-delay={self.seconds}"
            # Without stdbuf, it would print results only with its next prompt.
            command = ["stdbuf", "-oL", "qemu-io", "-t", "writeback"]
            command += ["--image-opts", image]
            return QemuIo(command, environment)
        if self.library is not None:
            environment["LD_LIBRARY_PATH"] = str(self.library)
        program = str(self.programs / "outage-client")
        return Client([program, "--socket", str(path), *self.options], environment)
