#!/bin/bash
# SPDX-License-Identifier: MIT
# After wrong options or values the status is 2, and there is a message on
# standard error.  Without a server the status is 1.
. "${srcdir:-.}/tests/lib/functions.sh"

refused ()
{
  local want=$1 status=0
  shift
  discard/nbddiscard "$@" >"$tmp/out" 2>"$tmp/error" || status=$?
  [ "$status" = "$want" ] || fail "status $status of nbddiscard $*"
  [ -s "$tmp/error" ] || fail "no message: $*"
  [ ! -s "$tmp/out" ] || fail "on standard output: $*"
}

refused 2 --unknown nbd://localhost
refused 2 --offset 1Q nbd://localhost
refused 2 --length -5 nbd://localhost
refused 2 --length
refused 2 nbd://localhost nbd://localhost
refused 1
