#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""With --connect-timeout, or the same setting in a URI or the environment, each
tool waits for a server that does not listen yet, and for an export that the server
does not know yet.  The URI takes precedence over the option, and the option over
the environment.  When the time is over a message tells what happened."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest

import exports
import nbd_server
from ending import SIZE, TIMEOUT, start, tools

FORMS: tuple[tuple[str, ...], ...] = ("--size",), ("--can", "write"), ()


def with_option(words: list[str], *options: str) -> list[str]:
    """Insert options before all others."""
    at = 2 if "nbdsh" in words[1] else 1
    return [*words[:at], *options, *words[at:]]


class Late(exports.Server):
    """Knows its export only from the third request for it on."""

    names: list[str] = []
    requests = 0

    class connection(exports.Connection):
        def go(self, server: exports.Server, option: int, name: str) -> bool:
            assert isinstance(server, Late)
            server.requests += 1
            server.names = [""] if server.requests > 2 else []
            return super().go(server, option, name)


def waiting(words: list[str]) -> subprocess.Popen[bytes]:
    """Start a tool, and wait until it has tried to connect twice."""
    tool = start(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LIBNBD_DEBUG": "1"},
    )
    assert tool.stderr is not None
    while b"attempt 2 failed" not in tool.stderr.readline():
        assert tool.poll() is None
    return tool


def run(
    *words: str, environment: str | None = None
) -> subprocess.CompletedProcess[str]:
    env = dict(os.environ)
    if environment is not None:
        env["LIBNBD_URI_OPTIONS"] = environment
    return subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=TIMEOUT, env=env
    )


class Test(unittest.TestCase):
    def setUp(self) -> None:
        directory = self.enterContext(tempfile.TemporaryDirectory())
        self.nowhere = f"nbd+unix:///?socket={directory}/socket"

    def test_servers_that_do_not_listen_yet(self) -> None:
        for name in tools(""):
            server = nbd_server.Server(SIZE)
            words = with_option(tools(server.uri)[name], "--connect-timeout=10m")
            with self.subTest(name), waiting(words) as tool, server:
                server.disk[:1] = b"x"
                tool.communicate(timeout=TIMEOUT)
                checks = name in ("nbddiscard", "nbdzero")
                self.assertEqual(tool.returncode, 1 if checks else 0)

    def test_sockets_that_do_not_exist_yet(self) -> None:
        server = nbd_server.Server(SIZE)
        words = ["info/nbdinfo", "--connect-timeout=10m", "--size", str(server.path)]
        with waiting(words) as tool, server:
            output, _ = tool.communicate(timeout=TIMEOUT)
            self.assertEqual(int(output), SIZE)

    def test_exports_that_are_not_known_yet(self) -> None:
        for form in FORMS:
            with self.subTest(form), Late() as server:
                done = server.info(*form, "--connect-timeout=10m")
                self.assertEqual(done.returncode, 0)
                self.assertGreaterEqual(server.connections, 3)
        with Late() as server:
            done = run("dump/nbddump", "--connect-timeout=10m", "-n1", str(server.path))
            self.assertEqual(done.returncode, 0)

    def test_servers_that_know_no_info(self) -> None:
        for hangs_up_on in (), (exports.INFO,):
            with exports.Server() as server:
                server.tells, server.hangs_up_on = False, hangs_up_on
                server.names = [""]
                done = server.info("--size", "--connect-timeout=10m")
                self.assertEqual(done.stdout, f"{exports.SIZE}\n")

    def test_the_end_of_patience(self) -> None:
        done = run("info/nbdinfo", "--size", "--connect-timeout=300ms", self.nowhere)
        self.assertEqual(done.returncode, 1)
        self.assertIn("within 0.3 s: ", done.stderr)
        self.assertIn(" attempts, the last: ", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        for form in FORMS:
            with self.subTest(form), exports.Server() as server:
                done = server.info(*form, "--connect-timeout=300ms")
                self.assertEqual(done.returncode, 1)
                self.assertIn("the server has no export of this name", done.stderr)
                self.assertIn("; the tool has waited 0.3 s for it", done.stderr)
                self.assertGreater(server.connections, 1)

    def test_servers_that_do_not_answer(self) -> None:
        """Connecting succeeds in time, but the export is not opened in time."""
        with Silent() as silent:
            done = silent.info("--size", "--connect-timeout=300ms")
            self.assertEqual(done.returncode, 1)
            self.assertIn("the server has not answered in time", done.stderr)

    def test_the_uri_wins(self) -> None:
        for name, words in tools(self.nowhere + "&connect-timeout=0").items():
            with self.subTest(name):
                done = run(*with_option(words, "--connect-timeout=10m"))
                self.assertNotEqual(done.returncode, 0)
                self.assertNotIn("attempts", done.stderr)
                self.assertIn("No such file", done.stderr)

    def test_the_environment_loses(self) -> None:
        for name, words in tools(self.nowhere).items():
            with self.subTest(name):
                never = with_option(words, "--connect-timeout=0")
                done = run(*never, environment="connect-timeout=10m")
                self.assertNotIn("attempts", done.stderr)
                done = run(*words, environment="connect-timeout=200ms")
                self.assertIn("within 0.2 s", done.stderr)

    def test_the_normal_form_of_uris(self) -> None:
        """The URI that is printed has only the parameters of the URI that was given."""
        with exports.Server() as server:
            uri = f"nbd+unix:///?socket={server.path}"
            size = "info/nbdinfo", "--connect-timeout=7", "--stall-timeout=8", "--uri"
            self.assertEqual(run(*size, uri).stdout, f"{uri}\n")
            uri += "&stall-timeout=9"
            self.assertEqual(run(*size, uri).stdout, f"{uri}\n")


class Silent(exports.Server):
    """Negotiates, but never answers a request for an export."""

    class connection(exports.Connection):
        def go(self, server: exports.Server, option: int, name: str) -> bool:
            self.receive(1)
            return True


if __name__ == "__main__":
    unittest.main()
