# SPDX-License-Identifier: MIT
"""After close every method raises ClosedHandle, which is a ValueError."""

import inspect

import nbd
import support


class Test(support.Case):
    def test(self) -> None:
        self.h.close()
        for name, method in inspect.getmembers(self.h, inspect.ismethod):
            if name.startswith("_"):
                continue
            required = [
                parameter
                for parameter in inspect.signature(method).parameters.values()
                if parameter.default is parameter.empty
            ]
            with self.subTest(method=name), self.assertRaises(nbd.ClosedHandle):
                method(*[None for _ in required])
        self.assertTrue(issubclass(nbd.ClosedHandle, ValueError))


support.main()
