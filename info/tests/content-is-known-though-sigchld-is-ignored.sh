#!/bin/bash -
# SPDX-License-Identifier: MIT
# Some daemons start their programs with SIGCHLD ignored.  The end of file(1) is
# waited for nevertheless.
. "${srcdir:-.}/tests/lib/functions.sh"
requires file
requires_nbdkit plugin data

(
  trap '' CHLD
  exec "$builddir/info/nbdinfo" [ nbdkit data '0x1f 0x8b 8 0*7' size=1M ]
) >"$tmp/out" 2>&1 || fail "$(cat "$tmp/out")"
grep -q $'^\tcontent: gzip compressed data' "$tmp/out" || fail "$(cat "$tmp/out")"
