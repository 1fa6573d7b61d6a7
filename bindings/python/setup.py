# SPDX-License-Identifier: MIT
"""Build the C module against the library that is installed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup  # type: ignore[import]

HERE = Path(__file__).parent


def pkg_config(what: str) -> list[str]:
    """Return what pkg-config says about the library, or a default for system
    paths."""
    program = os.environ.get("PKG_CONFIG", "pkg-config")
    try:
        result = subprocess.run(
            [program, what, "libnbd"], stdout=subprocess.PIPE, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"{program} {what} libnbd: {e}: trying system paths", file=sys.stderr)
        return ["-lnbd"] if what == "--libs" else []
    return shlex.split(result.stdout)


if not (HERE / "methods.c").exists():
    sys.exit(
        "methods.c and others have not been generated yet: in a checkout, run"
        " ./bootstrap in the directory at its top first"
    )

setup(
    ext_modules=[
        Extension(
            "libnbdmod",
            sorted(path.name for path in HERE.glob("*.c")),
            depends=["glue.h"],
            extra_compile_args=[
                "-std=gnu11",
                "-fvisibility=hidden",
                *pkg_config("--cflags"),
            ],
            extra_link_args=pkg_config("--libs"),
        )
    ]
)
