#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A web server for the files in a directory, with faults that options choose.

usage: web.py [OPTION...] DIRECTORY

It listens on the loopback address, and prints its port.
  --no-ranges        ignore ranges, and do not offer them
  --no-length        do not send the length of a file
  --no-head          refuse HEAD requests
  --break N          end the first N replies with content in the middle
  --cut              end every reply with content in the middle
  --user USER:WORD   refuse requests without this user and password
  --key QUERY        refuse requests without this query
  --redirect         redirect names that begin with "to-" to the rest of the name
  --log FILE         write a line "METHOD PATH RANGE" for each request
"""

from __future__ import annotations

import argparse
import base64
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PIECE = 1 << 16


def take_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for option in ("no-ranges", "no-length", "no-head", "cut", "redirect"):
        parser.add_argument(f"--{option}", action="store_true")
    parser.add_argument("--break", type=int, default=0, dest="breaks")
    for option in ("user", "key", "log"):
        parser.add_argument(f"--{option}")
    parser.add_argument("directory", type=Path)
    return parser.parse_args()


ARGUMENTS = take_arguments()
LOCK = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        if ARGUMENTS.log:
            with LOCK, open(ARGUMENTS.log, "a", encoding="utf-8") as log:
                wanted = self.headers.get("Range", "-")
                print(self.command, self.path, wanted, file=log)

    def refuse(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def may_enter(self) -> bool:
        if not ARGUMENTS.user:
            return True
        word = base64.b64encode(ARGUMENTS.user.encode()).decode()
        return bool(self.headers.get("Authorization") == f"Basic {word}")

    def wanted(self, size: int) -> range | None:
        """The range of the file that is requested; None: all of it."""
        match = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        if not match or ARGUMENTS.no_ranges:
            return None
        last = int(match[2]) if match[2] else size - 1
        return range(int(match[1]), min(last + 1, size))

    def breaks(self) -> bool:
        with LOCK:
            ARGUMENTS.breaks -= 1
            return bool(ARGUMENTS.cut or ARGUMENTS.breaks >= 0)

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        name = path.lstrip("/")
        file = ARGUMENTS.directory / name
        if not self.may_enter():
            self.refuse(401, ("WWW-Authenticate", 'Basic realm="test"'))
        elif ARGUMENTS.redirect and name.startswith("to-"):
            self.refuse(302, ("Location", f"/{name[3:]}"))
        elif ARGUMENTS.no_head and self.command == "HEAD":
            self.refuse(403)
        elif ARGUMENTS.key and query != ARGUMENTS.key:
            self.refuse(403)
        elif not file.is_file():
            self.refuse(404)
        else:
            self.send_file(file)

    def send_file(self, file: Path) -> None:
        size = file.stat().st_size
        wanted = self.wanted(size)
        self.send_response(200 if wanted is None else 206)
        if wanted is not None:
            text = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
            self.send_header("Content-Range", text)
        if not ARGUMENTS.no_ranges:
            self.send_header("Accept-Ranges", "bytes")
        span = range(size) if wanted is None else wanted
        if ARGUMENTS.no_length:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(span)))
        self.end_headers()
        if self.command == "GET":
            self.send_content(file, span)

    def send_content(self, file: Path, span: range) -> None:
        left = len(span)
        if left > 0 and self.breaks():
            left //= 2
            self.close_connection = True
        with file.open("rb") as f:
            f.seek(span.start)
            while left > 0:
                piece = f.read(min(left, PIECE))
                self.wfile.write(piece)
                left -= len(piece)

    def do_GET(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close the connection in the middle."""


def main() -> None:
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1])
    sys.stdout.flush()
    server.serve_forever()


main()
