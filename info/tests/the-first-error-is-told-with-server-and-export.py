#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""If an export cannot be opened, the message has its name and the first error.

This holds in each mode, also if the server ends the connection instead of sending
an error, and JSON is valid.  If metadata contexts cannot be listed, a warning
says so.
"""

from __future__ import annotations

import json
import unittest

import exports
import nbd_server

MODES = (), ("--json",), ("--size",), ("--can", "write"), ("--map",)


class Test(unittest.TestCase):
    def one_error(self, server: exports.Server, options: tuple[str, ...]) -> str:
        """Run nbdinfo, and return its only message."""
        run = server.info(*options)
        self.assertEqual(run.returncode, 1)
        lines = run.stderr.splitlines()
        if options in ((), ("--json",)):
            self.assertIn("--list", lines.pop())
        else:
            self.assertEqual(run.stdout, "")
        self.assertEqual(len(lines), 1)
        if options == ("--json",):
            (error,) = json.loads(run.stdout)["errors"]
            self.assertEqual(error["export-name"], "")
            self.assertTrue(lines[0].endswith(error["error"]))
        return lines[0]

    def test_refused_exports(self) -> None:
        for options in MODES:
            with exports.Server() as server:
                told = self.one_error(server, options)
                begin = f"nbdinfo: {server.path}: nbd_opt_go: NBD_OPT_GO for export"
                self.assertIn(f'{begin} "": the server has no export', told)

    def test_connections_that_end_instead(self) -> None:
        for options in MODES:
            with exports.Server() as server:
                server.hangs_up_on = (nbd_server.GO,)
                told = self.one_error(server, options)
                begin = f'nbdinfo: {server.path}: export "": nbd_opt_go: '
                self.assertTrue(told.startswith(begin), told)
                self.assertIn("the server closed the connection", told)

    def test_connections_that_end_while_exports_are_listed(self) -> None:
        with exports.Server() as server:
            server.hangs_up_on = (exports.INFO, nbd_server.GO)
            run = server.info("--list", "--json")
            self.assertEqual(run.returncode, 1)
            for error in json.loads(run.stdout)["errors"]:
                self.assertIn("the server closed the connection", error["error"])
            self.assertIn(f'nbdinfo: {server.path}: export "c": ', run.stderr)

    def test_contexts_that_must_not_be_asked_for(self) -> None:
        warning = "metadata contexts are not shown: "
        for options in ("--json",), ("--json", "--list"), ("--list", "--content"):
            with exports.Server() as server:
                server.names = ["", "b"]
                server.hangs_up_on = (exports.LIST_CONTEXTS,)
                run = server.info(*options)
                self.assertEqual(run.returncode, 0)
                self.assertEqual(run.stderr.count("\n"), 1)
                self.assertIn(f"nbdinfo: {server.path}: {warning}", run.stderr)
                self.assertNotIn("contexts", run.stdout)
                self.assertIn("can_zero", run.stdout)


if __name__ == "__main__":
    unittest.main()
