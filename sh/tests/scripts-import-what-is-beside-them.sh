#!/bin/bash -
# SPDX-License-Identifier: MIT
# Scripts can import a module in the current directory, but it does not replace
# modules that the shell itself needs.
. "${srcdir:-.}/tests/lib/nbdsh.sh"

echo 'word = "found"' >"$tmp/local.py"
run=$PWD/run
cd "$tmp"
expect found "$run" "$PYTHON" "$builddir/sh/nbdsh" -c 'import local; print(local.word)'
expect found "$run" "$PYTHON" -m nbd -c 'import local; print(local.word)'
for name in argparse code nbd nbdsh; do echo 'exit("hijacked")' >"$name.py"; done
expect 0 "$run" "$PYTHON" "$builddir/sh/nbdsh" -c 'print(0)'
