# SPDX-License-Identifier: MIT
"""The programs in libnbd-python(3) do what the page says."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import support
from nbd_server import Server

PAGE = Path(__file__).resolve().parents[2] / "libnbd-python.3"


def programs() -> list[str]:
    """Return the programs of the page, as they are printed."""
    parts = PAGE.read_text().split("\n.EX\n")[1:]
    examples = [part.split("\n.EE\n")[0] for part in parts]
    shown = [text.replace("\\-", "-").replace("\\\\", "\\") for text in examples]
    return [text for text in shown if "sys.argv" in text]


class Test(support.Case):
    def check(self, module: str, *arguments: str, word: str = "") -> str:
        if importlib.util.find_spec(module) is None:
            self.skipTest(f"{module} is not installed")
        word = word or f"import {module}\n"
        (program,) = (text for text in programs() if word in text)
        with Server(1 << 20) as server:
            server.disk[:8] = b"causeway"
            server.disk[-512:-504] = b"the last"
            # AnyIO itself uses a name that Trio has deprecated.
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", program, server.uri, *arguments],
                text=True,
                capture_output=True,
            )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_asyncio(self) -> None:
        self.assertEqual(
            self.check("asyncio"), "b'causeway' b'the last'\n0 1048576 False\n"
        )

    def test_files(self) -> None:
        image = self.tmp / "image"
        self.check("nbd", str(image), word="nbd.open")
        self.assertEqual(image.read_bytes()[:9], b"causeway\0")
        self.assertEqual(image.stat().st_size, 1 << 20)

    def test_extents(self) -> None:
        self.assertEqual(self.check("nbd", word="nbd.extents"), "0 1048576 data\n")

    def test_trio(self) -> None:
        self.assertEqual(self.check("trio"), "b'causeway'\n")

    def test_anyio(self) -> None:
        self.assertEqual(self.check("anyio", "asyncio"), "b'causeway'\n")

    def test_anyio_on_trio(self) -> None:
        if importlib.util.find_spec("trio") is None:
            self.skipTest("trio is not installed")
        self.assertEqual(self.check("anyio", "trio"), "b'causeway'\n")


support.main()
