# SPDX-License-Identifier: MIT
"""The stubs match the module, and the examples and tests pass mypy --strict."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import nbd
import support

TESTS = Path(__file__).resolve().parents[1]
TOP = TESTS.parents[2]
STUBS = Path(str(nbd.__file__)).resolve().parents[1]


class Test(support.Case):
    def run_module(self, *arguments: str) -> None:
        environment = dict(os.environ, MYPYPATH=f"{STUBS}:{TOP}/tests/lib")
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            env=environment,
            cwd=self.tmp,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_stubs_fit_the_module(self) -> None:
        # Only Python 3.12 and later shows __buffer__.  Modules that were
        # written by hand, whose names are in lower case, contain their types.
        # Without fsspec, nbd.fs cannot be imported.
        allowed = self.tmp / "allowed"
        allowed.write_text("nbd.Buffer.__buffer__\nnbd\\.[a-z_]+\\..*\n")
        if importlib.util.find_spec("fsspec") is None:
            with allowed.open("a") as file:
                file.write("nbd\\.fs\n")
        self.run_module(
            "mypy.stubtest",
            "nbd",
            "--ignore-missing-stub",
            f"--allowlist={allowed}",
            "--ignore-unused-allowlist",
        )

    def test_programs(self) -> None:
        programs = sorted([*TOP.glob("examples/*.py"), *TESTS.glob("*/*.py")])
        self.assertGreater(len(programs), 20)
        self.run_module("mypy", "--strict", *map(str, programs))


if importlib.util.find_spec("mypy") is None:
    support.skip("mypy is not installed")
support.main()
