# SPDX-License-Identifier: MIT
"""A browser without a window, for pages that we write.  This uses
chromedriver, which speaks WebDriver (JSON over HTTP), and Python's standard
library only."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAMS = ("chromium", "chromedriver")
SECONDS = 120  # for one command, on a busy machine
_STARTED = re.compile(r"started successfully on port (\d+)")
_OPTIONS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    # Only our own files are opened, and tests may run as root.
    "--no-sandbox",
)


def require_browser() -> None:
    """Skip the test if there is no browser."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            print(f"{program} is not installed")
            sys.exit(77)


class Browser:
    """One window; commands raise an exception if they fail."""

    def __init__(self, width: int = 1400, height: int = 900) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LD_")}
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._at = ""
        try:
            self._at = f"http://127.0.0.1:{self._port()}/session"
            profile = f"--user-data-dir={self._profile.name}"
            size = f"--window-size={width},{height}"
            wanted = {
                "browserName": "chrome",
                "goog:chromeOptions": {"args": [*_OPTIONS, profile, size]},
                "goog:loggingPrefs": {"browser": "ALL"},
            }
            made = self._send("", {"capabilities": {"alwaysMatch": wanted}})
            self._at += f"/{made['sessionId']}"
        except BaseException:
            self._end()
            raise

    def _port(self) -> str:
        """Read the port, which the driver chooses and prints."""
        assert self._driver.stdout
        for line in self._driver.stdout:
            if match := _STARTED.search(line):
                return match[1]
        raise RuntimeError("chromedriver ended without saying its port")

    def _send(self, path: str, body: object = None, method: str = "POST") -> Any:
        data = None if method != "POST" else json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._at + path, data, headers, method=method)
        # No proxy may be used: the driver runs on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=SECONDS) as answer:
            return json.load(answer)["value"]

    def open(self, page: Path, fragment: str = "") -> None:
        """Load a file."""
        url = page.resolve().as_uri() + (f"#{fragment}" if fragment else "")
        self._send("/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Run JavaScript such as `return ...`, and return its result."""
        return self._send("/execute/sync", {"script": script, "args": arguments})

    def _find(self, selector: str) -> str:
        found = self._send("/element", {"using": "css selector", "value": selector})
        return str(next(iter(found.values())))

    def click(self, selector: str) -> None:
        """Click in the middle of the element that is found."""
        self._send(f"/element/{self._find(selector)}/click")

    def keys(self, selector: str, text: str) -> None:
        """Send keys to an element, or the name of a file to a field for
        files."""
        self._send(f"/element/{self._find(selector)}/value", {"text": text})

    def text(self, selector: str) -> str:
        """The text of the element."""
        return str(self._send(f"/element/{self._find(selector)}/text", method="GET"))

    def screenshot(self, to: Path) -> None:
        """Save a picture of the window."""
        to.write_bytes(base64.b64decode(self._send("/screenshot", method="GET")))

    def complaints(self) -> list[str]:
        """What the browser has reported since the last call: errors, blocked
        loads, exceptions that were not caught."""
        entries = self._send("/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries]

    def _end(self) -> None:
        self._driver.terminate()
        self._driver.communicate()
        self._profile.cleanup()

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._send("", method="DELETE")
        finally:
            self._end()
