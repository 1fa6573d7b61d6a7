#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The exports of servers for one client at a time, or for one client in all, can
be listed.

As much as possible is done on one connection, and each is closed before the
next.  If a connection is not answered, nbdinfo gives up after some seconds with
a message, and shows what is known of the exports.
"""

from __future__ import annotations

import json
import time
import unittest
from typing import Any

import exports

REFUSED = "Connection refused"
SILENT = "the server has not answered a further connection for 5 seconds"


class Test(unittest.TestCase):
    def listed(
        self, server: exports.Server, status: int, *options: str
    ) -> tuple[Any, str]:
        """Return the JSON that is printed, and standard error."""
        run = server.info("--list", "--json", *options)
        self.assertEqual(run.returncode, status)
        return json.loads(run.stdout), run.stderr

    def shown(self, top: Any, key: str) -> list[Any]:
        return [export.get(key) for export in top["exports"]]

    def test_one_connection_tells_of_all(self) -> None:
        with exports.Server() as server:
            server.bad = ("b",)
            top, told = self.listed(server, 1)
            self.assertEqual(self.shown(top, "export-name"), ["a", "c"])
            self.assertEqual(server.connections, 1)
            self.assertEqual([e["export-name"] for e in top["errors"]], ["b"])
            self.assertIn(f'{server.path}: nbd_opt_go: NBD_OPT_GO for export "b"', told)

    def test_content_takes_one_connection_for_each(self) -> None:
        with exports.Server() as server:
            top, told = self.listed(server, 0, "--content")
            self.assertEqual(self.shown(top, "content"), ["data"] * 3)
            self.assertEqual(server.connections, 3)
            self.assertEqual(told, "")

    def test_sizes_are_told_when_exports_are_opened(self) -> None:
        for tells, told_size in (True, 0), (False, 0):
            with exports.Server() as server:
                server.tells, server.told_size = tells, told_size
                top, _ = self.listed(server, 0)
                self.assertEqual(self.shown(top, "export-name"), ["a", "b", "c"])
                self.assertEqual(self.shown(top, "export-size"), [exports.SIZE] * 3)
                contexts = [["base:allocation"]] * 3
                self.assertEqual(self.shown(top, "contexts"), contexts)
                self.assertEqual(server.connections, 3)

    def test_servers_that_end_with_their_first_client(self) -> None:
        with exports.Closing() as server:
            server.most, server.names = 1, ["a"]
            top, _ = self.listed(server, 0, "--content")
            self.assertEqual(self.shown(top, "content"), ["data"])
        with exports.Closing() as server:
            server.most = 1
            top, told = self.listed(server, 1, "--content")
            self.assertEqual(self.shown(top, "content"), ["data", None, None])
            self.assertEqual(self.shown(top, "export-size"), [exports.SIZE] * 3)
            for name, error in zip("bc", self.shown(top, "content-error")[1:]):
                self.assertIn(REFUSED, error)
                self.assertIn(f'{server.path}: export "{name}": nbd_connect_unix', told)

    def test_connections_that_are_never_served(self) -> None:
        with exports.Server() as server:
            server.most, server.tells = 1, False
            began = time.monotonic()
            top, told = self.listed(server, 1)
            self.assertLess(time.monotonic() - began, 30)
            self.assertEqual(self.shown(top, "export-name"), ["a"])
            self.assertEqual([e["export-name"] for e in top["errors"]], ["b", "c"])
            self.assertIn(f"; nor can it be opened: {SILENT}", told)
        with exports.Server() as server:
            server.most = 1
            top, told = self.listed(server, 1, "--content")
            self.assertIn(f'{server.path}: export "c": {SILENT}', told)
            self.assertEqual(self.shown(top, "export-size"), [exports.SIZE] * 3)
            errors = self.shown(top, "content-error")
            self.assertIsNone(errors[0])
            self.assertIn(SILENT, errors[2])

    def test_exports_of_unknown_size_that_cannot_be_opened(self) -> None:
        with exports.Closing() as server:
            server.most, server.told_size = 1, 0
            top, told = self.listed(server, 1)
            self.assertEqual(self.shown(top, "export-size"), [exports.SIZE, 0, 0])
            self.assertIn(REFUSED, told)


if __name__ == "__main__":
    unittest.main()
