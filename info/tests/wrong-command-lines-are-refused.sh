#!/bin/bash -
# SPDX-License-Identifier: MIT
# If options exclude each other or are unknown, or if a server is not valid, the
# status is 1, and there is a message on standard error and no other output.
. "${srcdir:-.}/tests/lib/functions.sh"

refused ()
{
  local status=0
  "$builddir/info/nbdinfo" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
  [ "$status" -eq 1 ] || fail "$*: status $status"
  [ ! -s "$tmp/out" ] || fail "$*: printed something"
  [ -s "$tmp/err" ] || fail "$*: said nothing"
}

refused
refused --unknown nbd://localhost
refused --size --list nbd://localhost
refused --map --uri nbd://localhost
refused --can read --size nbd://localhost
refused --totals nbd://localhost
refused --content --no-content nbd://localhost
refused nbd://localhost nbd://localhost
refused [
refused [ ]
refused [ nbdkit null
refused file.img
refused -h
refused nbd+unix:///?socket="$tmp/nobody"
refused [ false ]
refused [ /nonexistent ]
