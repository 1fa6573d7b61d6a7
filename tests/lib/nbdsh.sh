# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by the tests of nbdsh, which begin with
#   . "${srcdir:-.}/tests/lib/nbdsh.sh"
. "${srcdir:-.}/tests/lib/functions.sh"
requires_module

# nbdsh ARGUMENT...: run nbdsh; "./run python" sets up what sanitizers need.
nbdsh ()
{
  ./run "$PYTHON" "$builddir/sh/nbdsh" "$@"
}

# module ARGUMENT...: run nbdsh as a Python module.
module ()
{
  ./run "$PYTHON" -m nbd "$@"
}
