#!/bin/bash
# SPDX-License-Identifier: MIT
# One descriptor in a loop of libev: the read is answered by the server that came
# after the one it was sent to; its own deadline ends the wait for one that does
# not come.
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
