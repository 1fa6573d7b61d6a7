#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An FTP server for the files in a directory, with as much of FTP as curl uses.

usage: ftp.py DIRECTORY

It listens on the loopback address, and prints its port.
"""

from __future__ import annotations

import socket
import socketserver
import sys
from pathlib import Path


class Handler(socketserver.StreamRequestHandler):
    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def offer_data(self) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", 0))
        self.say(f"229 passive (|||{listener.getsockname()[1]}|)")
        return listener

    def send(self, listener: socket.socket | None, name: str, start: int) -> None:
        file = Path(sys.argv[1]) / name.lstrip("/")
        if listener is None or not file.is_file():
            self.say("550 there is no such file")
            return
        self.say("150 it comes")
        connection, _ = listener.accept()
        try:
            with connection, file.open("rb") as f:
                connection.sendfile(f, start)
            self.say("226 that was all")
        except OSError:
            self.say("426 nobody took it")
        listener.close()

    def size(self, name: str) -> None:
        file = Path(sys.argv[1]) / name.lstrip("/")
        known = file.is_file()
        self.say(f"213 {file.stat().st_size}" if known else "550 there is none")

    def handle(self) -> None:
        listener, start = None, 0
        self.say("220 ready")
        for line in self.rfile:
            command, _, word = line.decode().strip().partition(" ")
            match command.upper():
                case "USER":
                    self.say("230 anybody")
                case "PWD":
                    self.say('257 "/"')
                case "EPSV":
                    listener = self.offer_data()
                case "SIZE":
                    self.size(word)
                case "REST":
                    start = int(word)
                    self.say("350 from there on")
                case "RETR":
                    self.send(listener, word, start)
                    listener, start = None, 0
                case "TYPE" | "CWD" | "NOOP" | "ABOR":
                    self.say("250 yes")
                case "QUIT":
                    self.say("221 goodbye")
                    return
                case _:
                    self.say("502 unknown")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


def main() -> None:
    with Server(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
