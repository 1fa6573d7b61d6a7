# SPDX-License-Identifier: MIT
"""Running the server, the client and the bound."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The clients in other languages, by the name that tables give them.
LANGUAGES = {"OCaml": "ocaml", "Rust": "rust", "Go": "golang", "Python": "python"}
PYTHON_CLIENT = Path(__file__).resolve().parent / "clients" / "client.py"
PYTHON_MODULE = PYTHON_CLIENT.parents[2] / "bindings" / "python"

# Our library, with the settings that let a handle outlast its connection.
LASTING = "lasting"
LASTING_SETTINGS = "reconnect-timeout=60"

# A program that needs longer than this for one run hangs.
TIMEOUT_S = 120


class Failed(Exception):
    """A program did not do what it should."""


@dataclass(frozen=True)
class Bench:
    """Where everything is."""

    programs: Path
    libraries: dict[str, Path | None]
    socket: Path
    pin: bool

    @property
    def has_tls(self) -> bool:
        """Whether TLS was built: without GnuTLS there is no program cipher."""
        return (self.programs / "cipher").exists()

    @property
    def tls(self) -> tuple[str, str]:
        """The arguments by which the server offers TLS, and a client requires it."""
        return ("--tls-keys", str(self.socket.with_name("keys.psk")))

    @property
    def python_directory(self) -> Path:
        """The directory of the build with the C part of the Python module."""
        return self.programs.parent / "bindings" / "python" / ".libs"

    def client(self, language: str) -> Path:
        """The client in another language: a program, or for Python a script."""
        if language == "Python":
            return PYTHON_CLIENT
        return self.programs / "clients" / f"client-{LANGUAGES[language]}"

    @property
    def languages(self) -> list[str]:
        """The languages whose client was built; none without our library."""
        if "ours" not in self.libraries:
            return []
        built = [name for name in LANGUAGES if self.client(name).exists()]
        if not (self.python_directory / "libnbdmod.so").exists():
            built.remove("Python")
        return built

    def command(self, program: str, arguments: Sequence[str]) -> list[str]:
        name = "bound" if program == "bound" else "client"
        start = [str(self.programs / name)]
        if program in LANGUAGES:
            start = [str(self.client(program))]
        if program == "Python":
            start.insert(0, sys.executable)
        return [*start, "--socket", str(self.socket), *arguments]

    def environment(self, program: str) -> dict[str, str]:
        environment = dict(os.environ)
        for variable in ("LD_LIBRARY_PATH", "LIBNBD_URI_OPTIONS"):
            environment.pop(variable, None)
        if program == "Python":
            environment["PYTHONPATH"] = f"{PYTHON_MODULE}:{self.python_directory}"
            # Python was not built with the sanitizers that the library needs.
            if sanitizers := environment.get("LIBNBD_SANITIZERS"):
                environment["LD_PRELOAD"] = sanitizers
                environment["ASAN_OPTIONS"] = "detect_leaks=0"
        if program == LASTING:
            environment["LIBNBD_URI_OPTIONS"] = LASTING_SETTINGS
        name = "ours" if program in (*LANGUAGES, LASTING) else program
        directory = self.libraries.get(name)
        if directory is not None:
            environment["LD_LIBRARY_PATH"] = str(directory)
        return environment


@contextmanager
def affinity(cpus: set[int] | None) -> Iterator[None]:
    """Let programs that are started in the block run on these CPUs."""
    if cpus is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def client_cpus(pin: bool) -> set[int] | None:
    return set(sorted(os.sched_getaffinity(0))[1:]) if pin else None


def server_cpus(pin: bool) -> set[int] | None:
    return {min(os.sched_getaffinity(0))} if pin else None


@contextmanager
def server(bench: Bench, replies: str, *arguments: str) -> Iterator[int]:
    """Run the RAM server until the block ends; the value is its pid."""
    command = [str(bench.programs / "ram-server"), "--socket", str(bench.socket)]
    if replies == "structured":
        command.append("--structured")
    if bench.has_tls:
        Path(bench.tls[1]).write_text(f"bench:{secrets.token_hex(32)}\n")
        command += bench.tls
    bench.socket.unlink(missing_ok=True)
    with affinity(server_cpus(bench.pin)):
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise Failed("the server did not start")
        yield process.pid
        if process.poll() is not None:
            raise Failed(f"the server ended with status {process.returncode}")
    finally:
        process.kill()
        process.communicate()


def start(
    bench: Bench, program: str, arguments: Sequence[str], prefix: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the client or the bound to its end, with success or not."""
    command = [*prefix, *bench.command(program, arguments)]
    try:
        with affinity(client_cpus(bench.pin)):
            return subprocess.run(
                command,
                env=bench.environment(program),
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
            )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{program} hangs: {' '.join(command)}") from error


def result(bench: Bench, program: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run the client or the bound; return what it measured."""
    done = start(bench, program, arguments)
    if done.returncode != 0:
        command = " ".join(bench.command(program, arguments))
        raise Failed(f"{program}: {command}: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@dataclass(frozen=True)
class Cipher:
    """The least time for encrypting and decrypting, in us per MiB."""

    cipher_read: float
    cipher_write: float
    records_read: float
    records_write: float


def cipher(bench: Bench, seconds: float) -> Cipher:
    """Measure the cipher alone, where the clients run."""
    command = [str(bench.programs / "cipher"), "--seconds", str(seconds)]
    with affinity(client_cpus(bench.pin)):
        done = subprocess.run(command, capture_output=True, check=True)
    return Cipher(**json.loads(done.stdout))


def about(bench: Bench, program: str) -> tuple[str, Path]:
    """Version and file of the library that a program really uses."""
    answer = result(bench, program, ("--case", "about", "--requests", "1"))
    return answer["version"], Path(answer["library"]).resolve()


def is_lasting(bench: Bench) -> bool:
    """Whether our library can reconnect, and its settings have an effect."""
    about = ("--case", "about", "--requests", "1")
    return bool(result(bench, LASTING, about)["reconnect_timeout"])
