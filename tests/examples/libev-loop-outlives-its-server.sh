#!/bin/bash
# SPDX-License-Identifier: MIT
# libev-loop, which watches one descriptor, gets the reply to its read although
# the server is killed before it has replied.  If no server comes, its own
# deadline ends the wait.
. "${srcdir:-.}/tests/lib/functions.sh"
. "$srcdir/tests/lib/outliving.sh"
[ -x examples/libev-loop ] || skip "built without libev"
requires_outliving

truncate -s 64K "$tmp/disk"
awaits_read "$tmp/disk" \
  examples/libev-loop "nbd+unix://?socket=SOCKET&$stays" 300 >"$tmp/out"
expect alive cat "$tmp/out"

if examples/libev-loop "nbd+unix://?socket=$tmp/none&connect-timeout=1m" 0.2 \
     2>"$tmp/err"; then
  fail "nobody can have answered"
fi
grep -q 'no answer in time' "$tmp/err" || fail "$(cat "$tmp/err")"
