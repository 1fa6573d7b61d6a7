# SPDX-License-Identifier: MIT
"""Modules, classes and methods have docstrings."""

import inspect

import nbd
import support


class Test(support.Case):
    def test(self) -> None:
        self.assertTrue(nbd.__doc__)
        for cls in (nbd.NBD, nbd.Buffer, nbd.Error, nbd.ClosedHandle):
            self.assertTrue(inspect.getdoc(cls), cls)
            for name, member in vars(cls).items():
                if name.startswith("_") or not (callable(member) or name[0].islower()):
                    continue
                with self.subTest(member=f"{cls.__name__}.{name}"):
                    self.assertTrue(inspect.getdoc(getattr(cls, name)))

    def test_arguments_are_explained(self) -> None:
        for name, method in inspect.getmembers(nbd.NBD, inspect.isfunction):
            if name.startswith("_"):
                continue
            text = inspect.getdoc(method) or ""
            for argument in list(inspect.signature(method).parameters)[1:]:
                with self.subTest(method=name, argument=argument):
                    self.assertRegex(text, rf"(?m)^    {argument}: \w")


support.main()
