#!/bin/bash
# SPDX-License-Identifier: MIT
# survive-restarts, in C and in Python, loses nothing when its server is killed
# in the middle and started again: it reports and counts the outage, and finds
# each block as it was written.  For a wrong URI it prints the library's
# message.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
requires_outliving

survives ()
{
  truncate -s 4M "$tmp/disk"
  outlives "$tmp/disk" "$@" "nbd+unix://?socket=SOCKET" 1500 >"$tmp/out"
  grep -q 'connected to' "$tmp/out" || fail "$(cat "$tmp/out")"
  grep -q 'was lost' "$tmp/out" || fail "$(cat "$tmp/out")"
  grep -q 'is back after' "$tmp/out" || fail "$(cat "$tmp/out")"
  grep -q '^1500 rounds, 1 reconnects, ' "$tmp/out" || fail "$(cat "$tmp/out")"
}

survives examples/survive-restarts
if examples/survive-restarts "nbd+other://" 2>"$tmp/err"; then
  fail "it took a wrong URI"
fi
grep -q '^survive-restarts: nbd_connect_uri' "$tmp/err" || fail "$(cat "$tmp/err")"

requires_module
survives ./run "$PYTHON" "$srcdir/examples/survive_restarts.py"
