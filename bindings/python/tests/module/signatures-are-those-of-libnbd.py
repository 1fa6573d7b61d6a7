# SPDX-License-Identifier: MIT
"""Every name and signature of the distribution's module is in this module."""

import inspect
import json
import os
import subprocess
import sys

import nbd
import support

# Runs in an interpreter that finds only what the distribution installed.
DESCRIBE = """
import inspect, json, sys
try:
    import nbd
except ImportError as error:
    sys.exit(f"the distribution's module is missing: {error}")
names = [n for n in dir(nbd) if not n.startswith("_")]
values = {n: getattr(nbd, n) for n in names if type(getattr(nbd, n)) in (int, str)}
classes = {
    c: {
        name: str(inspect.signature(member))
        for name, member in inspect.getmembers(getattr(nbd, c), callable)
        if not name.startswith("_")
    }
    for c in ("NBD", "Buffer")
}
print(json.dumps([names, values, classes]))
"""


def distribution() -> tuple[list[str], dict[str, object], dict[str, dict[str, str]]]:
    environment = dict(os.environ)
    for name in ("PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", DESCRIBE],
        env=environment,
        cwd="/",
        text=True,
        capture_output=True,
    )
    if done.returncode != 0:
        support.skip(done.stderr.strip().splitlines()[-1])
    names, values, classes = json.loads(done.stdout)
    return names, values, classes


class Test(support.Case):
    def test(self) -> None:
        names, values, classes = distribution()
        for name in names:
            self.assertTrue(hasattr(nbd, name), name)
        for name, value in values.items():
            if name.endswith("_MASK"):  # later versions may have more flags
                self.assertEqual(getattr(nbd, name) & int(str(value)), value)
            else:
                self.assertEqual(getattr(nbd, name), value)
        for name, members in classes.items():
            ours = getattr(nbd, name)
            for member, signature in members.items():
                with self.subTest(member=f"{name}.{member}"):
                    self.assertTrue(self.accepts(getattr(ours, member), signature))

    @staticmethod
    def accepts(member: object, signature: str) -> bool:
        """Check that our function has all of their parameters in their order;
        further ones are optional."""
        ours = str(inspect.signature(member))  # type: ignore[arg-type]
        theirs = signature.rstrip(")").replace(", /", "")
        return ours.replace(", /", "").startswith(theirs) or name_only(ours, theirs)


def name_only(ours: str, theirs: str) -> bool:
    """Check a class method with one parameter, whose name may differ."""
    return ours.count(",") == 0 and theirs.count(",") == 0 and "=" not in ours + theirs


support.main()
