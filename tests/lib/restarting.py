#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run a program with a server that is killed, stopped and started again.

usage: restarting.py [OPTION]... qemu-nbd|nbdkit unix|tcp IMAGE COMMAND...

URI in the command is replaced by the server's.  Whenever the server has moved
about --every bytes of its image, one of these happens to it, chosen at random:
SIGKILL, after which it is started again at once or late; or, with --stop,
SIGSTOP, and SIGCONT later.  A server that ends by itself is started again as
well: nbdkit may fail an assertion when its clients close.  When the command
has ended, the server gets a last SIGKILL.  The number of kills before that is
printed on standard error.  The exit status is that of the command.

  --every BYTES   bytes between two of these, on average (1 MiB)
  --kills N       the most kills; 0: only the last one (5)
  --seed N        of the random numbers (1)
  --stop SECONDS  how long it may be stopped (0: it is not stopped)
  --tls DIR       encrypt, with these certificates
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIRST_ACTIVATED_FD = 3
# How often to look at the server's progress.
LOOK_S = 0.002
LATE_S = 0.7
START_TIMEOUT_S = 60
# LISTEN_PID has to be the server's own pid.
ACTIVATED = ["sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh"]


class Server:
    """A server that always has the same address."""

    def __init__(self, options: argparse.Namespace, directory: Path) -> None:
        self.path = directory / "socket"
        self.command = self._command(options)
        self.tcp: bool = options.transport == "tcp"
        self.guard = socket.socket()
        scheme = "nbds" if options.tls else "nbd"
        if self.tcp:
            # A socket that does not listen keeps the port while no server
            # runs.
            self._bind(self.guard, 0)
            self.port: int = self.guard.getsockname()[1]
            self.uri = f"{scheme}://localhost:{self.port}/"
        else:
            self.uri = f"{scheme}+unix:///?socket={self.path}"
            self.uri += "&tls-hostname=localhost" if options.tls else ""

    def _command(self, options: argparse.Namespace) -> list[str]:
        image, directory = options.image, options.tls
        if options.server == "nbdkit":
            command = ["nbdkit", "-f"]
            if directory:
                command += ["--tls=require", f"--tls-certificates={directory}"]
            if options.transport == "unix":
                command += ["-U", str(self.path)]
            return [*command, "file", image]
        kind = "qcow2" if image.endswith(".qcow2") else "raw"
        command = ["qemu-nbd", "-t", "-e", "16", "--cache=writeback", "-f", kind]
        if directory:
            credentials = "tls-creds-x509,id=tls0,endpoint=server,verify-peer=no"
            command += ["--object", f"{credentials},dir={directory}"]
            command += ["--tls-creds", "tls0"]
        if options.transport == "unix":
            command += ["-k", str(self.path)]
        return [*command, image]

    @staticmethod
    def _bind(sock: socket.socket, port: int) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", port))

    def start(self) -> None:
        if self.tcp:
            with socket.socket() as listener:
                self._bind(listener, self.port)
                listener.listen()
                os.dup2(listener.fileno(), FIRST_ACTIVATED_FD)
                self._start(ACTIVATED, (FIRST_ACTIVATED_FD,))
            os.dup2(self.guard.fileno(), FIRST_ACTIVATED_FD)
            return
        self.path.unlink(missing_ok=True)
        self._start([], ())
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"this server does not listen: {' '.join(self.command)}")
            time.sleep(LOOK_S)
        # The program may run as another user.
        os.chmod(self.path, 0o666)

    def _start(self, prefix: list[str], fds: tuple[int, ...]) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LD_")}
        self.process = subprocess.Popen(
            [*prefix, *self.command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=fds,
        )

    def _listens(self) -> bool:
        """Whether the server listens, seen without connecting to it."""
        listening = 0x10000
        for line in Path("/proc/net/unix").read_text().splitlines():
            fields = line.split()
            if fields[-1] == str(self.path) and int(fields[3], 16) & listening:
                return True
        return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def moved(self) -> int:
        """Bytes that this process has read and written, without sockets."""
        lines = Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
        counts = dict(line.split(": ") for line in lines)
        return int(counts["rchar"]) + int(counts["wchar"])


class Trouble:
    """Kills and stops the server while a program runs."""

    def __init__(self, server: Server, program: subprocess.Popen[bytes]) -> None:
        self.server, self.program = server, program
        self.kills = 0

    def ended_within(self, seconds: float) -> bool:
        try:
            self.program.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def make(self, options: argparse.Namespace) -> None:
        """Make trouble until the program has ended."""
        lots = random.Random(options.seed)
        target = lots.randrange(1, 2 * options.every)
        while not self.ended_within(LOOK_S):
            if self.server.process.poll() is not None:
                self.server.start()
            elif self.kills == options.kills or self.server.moved() < target:
                continue
            elif options.stop and lots.randrange(4) == 0:
                self.server.process.send_signal(signal.SIGSTOP)
                self.ended_within(options.stop)
                self.server.process.send_signal(signal.SIGCONT)
            else:
                self.kill_and_start(late=lots.randrange(4) == 0)
            target = self.server.moved() + lots.randrange(1, 2 * options.every)

    def kill_and_start(self, late: bool) -> None:
        self.server.kill()
        self.kills += 1
        if late:
            self.ended_within(LATE_S)
        self.server.start()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1 << 20)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stop", type=float, default=0.0)
    parser.add_argument("--tls")
    parser.add_argument("server", choices=("qemu-nbd", "nbdkit"))
    parser.add_argument("transport", choices=("unix", "tcp"))
    parser.add_argument("image")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def main() -> int:
    options = parse()
    # Reserve this descriptor, so that no other descriptor of this process gets
    # the number that the server will inherit.
    os.dup2(os.open(os.devnull, os.O_RDONLY), FIRST_ACTIVATED_FD)
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        server = Server(options, Path(directory))
        server.start()
        try:
            command = [word.replace("URI", server.uri) for word in options.command]
            with subprocess.Popen(command) as program:
                trouble = Trouble(server, program)
                try:
                    trouble.make(options)
                finally:
                    program.kill()
        finally:
            server.kill()
    print(f"{trouble.kills} kills", file=sys.stderr)
    return program.returncode


if __name__ == "__main__":
    sys.exit(main())
