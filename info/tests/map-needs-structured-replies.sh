#!/bin/bash -
# SPDX-License-Identifier: MIT
# A server may list contexts that it can only use with structured replies.  If
# it does not support these, --map says so.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin memory

status=0
"$builddir/info/nbdinfo" --map [ nbdkit --no-sr memory 1M ] >"$tmp/out" \
  2>"$tmp/err" || status=$?
[ "$status" -eq 1 ] || fail "status $status"
[ ! -s "$tmp/out" ] || fail "output: $(cat "$tmp/out")"
grep -q 'does not support structured replies' "$tmp/err" \
  || fail "the reason is not said: $(cat "$tmp/err")"
