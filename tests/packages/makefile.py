# SPDX-License-Identifier: MIT
"""What the Makefile says, for tests that compare it with something else."""

from __future__ import annotations

import os
import re
import subprocess


def values(*texts: str) -> list[str]:
    """What texts are, such as "$(bin_PROGRAMS)", when make has expanded them."""
    ask = "; ".join(f"echo told {text}" for text in texts)
    # Remove the variables of the make that runs this test, which may print its
    # directory.
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFL"))}
    output = subprocess.run(
        ["make", "-s", f"--eval=told:;@{ask}", "told"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=clean,
    ).stdout
    told = re.findall("^told (.*)", output, flags=re.M)
    assert len(told) == len(texts), output
    return told
