# SPDX-License-Identifier: MIT
"""python3 -m nbd runs the shell nbdsh(1)."""

import nbdsh

if __name__ == "__main__":
    nbdsh.shell()
