# SPDX-License-Identifier: MIT
"""Each interpreter of a program raises its own classes, and runs its own
callbacks."""

import importlib
from typing import Any

import nbd
import support

CODE = """
import nbd
h = nbd.NBD()
seen = []
h.set_debug_callback(lambda context, message: seen.append(context))
h.set_debug(True)
try:
    h.get_size()
    raise AssertionError("get_size")
except nbd.Error:
    pass
assert "nbd_get_size" in seen, seen
h.close()
try:
    h.get_size()
    raise AssertionError("closed")
except nbd.ClosedHandle:
    pass
"""


def interpreters() -> Any:
    """Return the module that creates interpreters, which has no public name."""
    for name in ("_xxsubinterpreters", "_interpreters"):
        try:
            return importlib.import_module(name)
        except ImportError:
            pass
    support.skip("this Python makes no further interpreters")


class Test(support.Case):
    def test(self) -> None:
        module = interpreters()
        other = module.create()
        try:
            module.run_string(other, "import nbd")
        except Exception as error:
            support.skip(f"not in other interpreters: {error}")
        self.assertFalse(module.run_string(other, CODE))
        self.fails("ENOTCONN", self.h.get_size)
        module.destroy(other)
        self.fails("ENOTCONN", self.h.get_size)
        self.h.close()
        self.assertRaises(nbd.ClosedHandle, self.h.get_size)


support.main()
