#!/bin/bash -
# SPDX-License-Identifier: MIT
# Options that exclude each other, unknown ones, and servers that are none
# give status 1 and say something on standard error only.
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
