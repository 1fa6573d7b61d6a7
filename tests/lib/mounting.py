# SPDX-License-Identifier: MIT
"""Shared by the tests of nbdfuse in Python: a mount."""

from __future__ import annotations

import os
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Self

NBDFUSE = Path("fuse/nbdfuse")
# Much longer than any test takes: it only ends a test that hangs.
TIMEOUT = 300


def skip(why: str) -> None:
    print("SKIP:", why)
    sys.exit(77)


if not NBDFUSE.exists():
    skip("nbdfuse was not built")
if not os.access("/dev/fuse", os.W_OK):
    skip("/dev/fuse is missing or may not be used")
if shutil.which("fusermount3") is None:
    skip("fusermount3 is not installed")


class Mount:
    """A mount of SERVER by nbdfuse, in the directory self.path.

    LIMITS are resource limits, with which nbdfuse has to work.  INHERITED are
    descriptors that it inherits.
    """

    def __init__(
        self,
        *server: str,
        limits: dict[int, int] | None = None,
        inherited: tuple[int, ...] = (),
    ) -> None:
        self.server, self.limits = server, limits or {}
        self.inherited = inherited
        self.directory = tempfile.TemporaryDirectory(prefix="causeway-")
        self.path = Path(self.directory.name, "mnt")
        self.path.mkdir()
        self.ready = Path(self.directory.name, "ready")
        self.messages = Path(self.directory.name, "messages")
        os.mkfifo(self.ready)

    def limit(self) -> None:
        for name, value in self.limits.items():
            resource.setrlimit(name, (value, value))

    def start(self, *options: str) -> bool:
        """Start nbdfuse.  False: it has ended without mounting anything."""
        words = [str(NBDFUSE), "-P", str(self.ready), *options, str(self.path)]
        ready = os.open(self.ready, os.O_RDONLY | os.O_NONBLOCK)
        with self.messages.open("wb") as messages:
            self.process = subprocess.Popen(
                [*words, *self.server],
                stderr=messages,
                preexec_fn=self.limit,
                pass_fds=self.inherited,
            )
        pidfd = os.pidfd_open(self.process.pid)
        events, _, _ = select.select([ready, pidfd], [], [], TIMEOUT)
        os.close(ready)
        os.close(pidfd)
        if pidfd in events and "cannot mount" in self.said():
            raise unittest.SkipTest("nbdfuse cannot mount here")
        assert events, "nbdfuse did not start"
        return pidfd not in events

    def said(self) -> str:
        return self.messages.read_text()

    def unmount(self) -> int:
        """Unmount, and return the exit status."""
        subprocess.run(["fusermount3", "-u", str(self.path)], check=True)
        return self.process.wait(TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        # Also if nbdfuse has died: then the system does not tell whether the
        # directory is a mount.
        unmount = ["fusermount3", "-u", "-z", "-q", str(self.path)]
        subprocess.run(unmount, stderr=subprocess.DEVNULL, check=False)
        self.directory.cleanup()
