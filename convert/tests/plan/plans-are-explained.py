#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--plan prints a table of at most 80 columns, and --plan=json the same for
programs."""

from __future__ import annotations

import json
import subprocess
import unittest
from typing import Any

GIB = 1 << 30

# A scratch file that cannot be avoided, and no other plan.
ONE_WAY = ("file xz qcow2", "nbd raw size=20G gpt")
ONE_WAY_TEXT = """
    step              by                        bytes       time    scratch
 1  unpack in order   liblzma, 1 thread          4.0G       48 s          -
 2  scratch           nbdconvert                 4.0G      4.3 s       4.0G
 3  read format       qemu-nbd                   4.0G      4.3 s          -
 4  write raw         nbdconvert                 4.0G       43 s          -
 5  follow table      libfdisk                  34.0K     0.01 s          -
Total: 91 s, scratch space: 4.0G, processes: 1
"""

# No scratch file, although a plan with one would be a little faster.
ONE_PASS = ("url xz*64 qcow2", "file qcow2 compressed size=20G")
ONE_PASS_TEXT = """
    step              by                        bytes       time    scratch
 1  read ranges       nbdkit                     1.0G       11 s          -
 2  unpack parts      liblzma, 2 threads         4.0G       24 s          -
 3  read format       qemu-nbd                   4.0G      2.1 s          -
 4  write format      qemu-img, qemu-nbd         4.0G       72 s          -
Total: 98 s, scratch space: none, processes: 4
Not chosen:
  read in order, unpack in order, scratch, convert locally
    0.84 s faster, scratch space: 4.0G more
  read ranges, unpack in order, scratch, convert locally
    0.84 s faster, scratch space: 4.0G more
"""

# Unknown sizes, and a plan that is longer than a line.
HIDDEN = ("url in-order gzip qcow2", "nbd raw size=20G gpt verify")
HIDDEN_TEXT = """
    step              by                        bytes       time    scratch
 1  read in order     curl                       1.0G       11 s          -
 2  unpack in order   zlib, 1 thread            ~4.0G      ~21 s          -
 3  scratch           nbdconvert                ~4.0G     ~4.3 s      ~4.0G
 4  read format       qemu-nbd                  ~4.0G     ~4.3 s          -
 5  write raw         nbdconvert                ~4.0G      ~86 s          -
 6  follow table      libfdisk                  34.0K     0.01 s          -
Total: ~107 s, scratch space: ~4.0G, processes: 2
~: estimated, since it is not known how much the source holds
Not chosen:
  read in order, scratch, unpack in order, scratch, read format, write raw,
    follow table
    11 s slower, steps: 1 more, scratch space: 1.0G more
"""

# A single step, with all its members.
REFLINK = ("file qcow2", "file qcow2 reflink rate")
REFLINK_JSON = """
{
  "seconds": 0.001000,
  "estimated": false,
  "scratch": 0,
  "processes": 0,
  "steps": [
    { "step": "reflink", "runs": "the file system", "bytes": 0, \
"seconds": 0.001000, "cpu-seconds": 0.000000, "scratch": 0, "processes": 0, \
"threads": 0, "estimated": false, "ends-stream": true, \
"result": { "place": "file", "codec": "none", "format": "qcow2", \
"random-access": true, "size": 10737418240 } }
  ],
  "not-chosen": [
    {
      "seconds": 4.294967,
      "estimated": false,
      "scratch": 0,
      "processes": 0,
      "steps": [
        { "step": "write as is", "runs": "nbdconvert", "bytes": 4294967296, \
"seconds": 4.294967, "cpu-seconds": 0.536871, "scratch": 0, "processes": 0, \
"threads": 0, "estimated": false, "ends-stream": true, \
"result": { "place": "file", "codec": "none", "format": "qcow2", \
"random-access": true, "size": 10737418240 } }
      ]
    },
    {
      "seconds": 4.384967,
      "estimated": false,
      "scratch": 0,
      "processes": 3,
      "steps": [
        { "step": "read format", "runs": "qemu-nbd", "bytes": 4294967296, \
"seconds": 4.294967, "cpu-seconds": 2.147484, "scratch": 0, "processes": 1, \
"threads": 0, "estimated": false, "ends-stream": false, \
"result": { "place": "NBD server", "codec": "none", "format": "raw", \
"random-access": true, "size": 10737418240 } },
        { "step": "write format", "runs": "qemu-img, qemu-nbd", \
"bytes": 4294967296, "seconds": 4.294967, "cpu-seconds": 2.147484, \
"scratch": 0, "processes": 2, "threads": 0, "estimated": false, \
"ends-stream": true, "result": { "place": "file", "codec": "none", \
"format": "qcow2", "random-access": true, "size": 10737418240 } }
      ]
    }
  ]
}
"""


def plan(problem: tuple[str, str], *words: str) -> str:
    run = subprocess.run(
        ["convert/tests/plan/print-plan", *problem, *words],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return run.stdout


def parsed(problem: tuple[str, str]) -> dict[str, Any]:
    value = json.loads(plan(problem, "json"))
    assert isinstance(value, dict)
    return value


def column(steps: list[dict[str, Any]], key: str) -> list[Any]:
    return [step[key] for step in steps]


class Plans(unittest.TestCase):
    maxDiff = None

    def check_text(self, problem: tuple[str, str], text: str) -> None:
        self.assertEqual(plan(problem), text[1:])
        self.assertLess(max(map(len, text.splitlines())), 80)

    def test_plans_are_tables(self) -> None:
        self.check_text(ONE_WAY, ONE_WAY_TEXT)

    def test_others_are_compared(self) -> None:
        self.check_text(ONE_PASS, ONE_PASS_TEXT)

    def test_estimates_are_marked(self) -> None:
        self.check_text(HIDDEN, HIDDEN_TEXT)

    def test_json_is_exact(self) -> None:
        self.assertEqual(plan(REFLINK, "json"), REFLINK_JSON[1:])
        json.loads(REFLINK_JSON)

    def test_json_says_what_runs(self) -> None:
        steps = parsed(ONE_PASS)["steps"]
        self.assertEqual(
            list(zip(column(steps, "step"), column(steps, "runs"))),
            [
                ("read ranges", "nbdkit"),
                ("unpack parts", "liblzma, 2 threads"),
                ("read format", "qemu-nbd"),
                ("write format", "qemu-img, qemu-nbd"),
            ],
        )
        self.assertEqual(column(steps, "processes"), [1, 0, 1, 2])
        self.assertEqual(column(steps, "threads"), [0, 2, 0, 0])
        self.assertEqual(column(steps, "bytes"), [GIB] + 3 * [4 * GIB])
        self.assertEqual(steps[-1]["result"]["size"], 20 * GIB)

    def test_json_has_no_others_if_there_are_none(self) -> None:
        value = parsed(ONE_WAY)
        self.assertEqual(value["not-chosen"], [])
        self.assertEqual(value["scratch"], 4 * GIB)
        self.assertEqual(
            column(value["steps"], "ends-stream"), [False, True, False, True, True]
        )

    def test_json_marks_estimates(self) -> None:
        value = parsed(HIDDEN)
        self.assertTrue(value["estimated"])
        self.assertEqual(
            column(value["steps"], "estimated"), [False] + 4 * [True] + [False]
        )
        self.assertEqual(len(value["not-chosen"]), 1)

    def test_sizes_that_are_not_known_are_null(self) -> None:
        steps = parsed(("stream raw", "file raw"))["steps"]
        self.assertEqual(column(steps, "estimated"), [True])
        self.assertIsNone(steps[0]["result"]["size"])


if __name__ == "__main__":
    unittest.main()
