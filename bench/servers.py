# SPDX-License-Identifier: MIT
"""Servers that are started, killed and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from programs import Failed

START_TIMEOUT_S = 30
# Between two checks whether a server listens.
LOOK_S = 0.001


def listens(path: Path) -> bool:
    """Whether a server listens there; a connection would be counted, so none."""
    for line in Path("/proc/net/unix").read_text().splitlines():
        fields = line.split()
        if fields[-1] == str(path) and int(fields[3], 16) & 0x10000:
            return True
    return False


class Server:
    """A server on a Unix socket, which can be killed and started again."""

    def __init__(self, path: Path, command: Sequence[str]) -> None:
        """SOCKET in the command is replaced by the path."""
        self.path = path
        self.command = [word.replace("SOCKET", str(path)) for word in command]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; returns the time from which on it listens."""
        self.path.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not listens(self.path):
            if self._is_over() or time.monotonic() > deadline:
                raise Failed(f"it does not listen: {' '.join(self.command)}")
            time.sleep(LOOK_S)
        return time.monotonic()

    def _is_over(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL, as a crash or the kernel's out-of-memory killer would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Daemon(Server):
    """A server that goes into the background by itself."""

    def __init__(self, path: Path, command: Sequence[str], pidfile: Path) -> None:
        super().__init__(path, command)
        self._pidfile = pidfile

    def start(self) -> float:
        self._pidfile.unlink(missing_ok=True)
        return super().start()

    def _is_over(self) -> bool:
        return self._process is not None and self._process.poll() not in (None, 0)

    @property
    def pid(self) -> int:
        return int(self._pidfile.read_text())

    def kill(self) -> None:
        super().kill()
        if self._pidfile.exists():
            os.kill(self.pid, signal.SIGKILL)
            self._pidfile.unlink()


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run a server until the block ends."""
    try:
        server.start()
        yield server
    finally:
        server.kill()


class Proxy:
    """The delaying proxy, in front of a server on a Unix socket."""

    def __init__(
        self, program: Path, server: Path, delay_ms: int = 0, path: Path | None = None
    ) -> None:
        """Without a path it listens on a port of the loopback interface."""
        command = [str(program), "--to", str(server), "--delay", str(delay_ms)]
        if path is not None:
            path.unlink(missing_ok=True)
            command += ["--listen", str(path)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        words = self.process.stdout.readline().split()
        if not words or words[0] != "ready":
            raise Failed(f"the proxy did not start: {' '.join(command)}")
        self.port = int(words[1]) if path is None else 0

    def end(self) -> int:
        """End it; returns how many connections there were."""
        self.process.terminate()
        text, _ = self.process.communicate()
        return int(text)
