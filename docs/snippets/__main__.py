# SPDX-License-Identifier: MIT
"""Run the examples of all docstrings.

usage: python3 -m snippets [FILE...]

The file and line of each example are printed before it runs.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import snippets


def main() -> None:
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        if not sys.argv[1:] or any(name in path.name for name in sys.argv[1:]):
            importlib.import_module(f"snippets.{path.stem}")
    for example, open_handle in snippets.EXAMPLES:
        code = example.__code__
        print(f"{Path(code.co_filename).name}:{code.co_firstlineno}", flush=True)
        h = open_handle()
        example(h)
        h.close()


if __name__ == "__main__":
    main()
